"""Budgets, as a call meets them: one statement for a write, one for a handful of reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import SystemRandom

import requests

from app.metrics import WAIT_SECONDS
from app.records.budgets import Budget, Budgets
from app.rules.schema.routing import Limits
from app.work.limits.priority import Errand, current
from integrations.errors import NotSent
from integrations.rates import REQUESTS, Limited, Rate
from integrations.waits import retry_after

REASON, TICKET_REASON = "budget_spent", "ticket_limit_spent"
MINUTE = 60.0
# A ticket's own limit is kept in ten minutes; only a ticket that is near it gets a row.
TICKET, TICKET_SECONDS, TICKET_IS_NEAR = "ticket", 600.0, 0.5
# Bulk work leaves this share of every budget to work that people wait for.
KEPT_FROM_BULK = 0.5
# Reads are taken by the handful, a fiftieth of the total, so that a read costs no statement.
HANDFUL, LARGEST_HANDFUL = 50, 50
# How long it is believed that a service says nothing of its limit.
SILENT_SECONDS = 30.0
# Less than we thought by so much means that others use the account too.
SLACK = 0.02
LEARN_EVERY_SECONDS = 1.0
SHORTEST_WAIT = 0.2
FORGET_SECONDS = 3600.0


@dataclass
class _Handful:
    left: int
    ends: float


class Purse:
    """Thread-safe. `now` gives Unix seconds."""

    def __init__(
        self, budgets: Budgets, limits: Callable[[], Limits], limited: Mapping[str, Limited], now: Callable[[], float]
    ) -> None:
        self._budgets = budgets
        self._limits = limits
        self._limited = limited
        self._now = now
        self._lock = threading.Lock()
        self._handfuls: dict[tuple[str, float], _Handful] = {}
        self._silent: dict[str, float] = {}
        self._known: dict[str, Budget] = {}
        self._learned_at: dict[str, float] = {}

    def take(self, service: str, method: str, path: str) -> None:
        """For one call. Raises NotSent with the time of its turn."""
        errand = current()
        names = [f"{service}:{what}" for what in self._limited[service].counts_against(method, path)]
        ticket = next((name for name in names if _kind(name) == TICKET), "")
        for name in names[1:]:  # the narrow ones first: they are spent first
            if name != ticket:
                self._take_one(service, name, errand, unless=ticket)
        self._take_from_handful(service, f"{service}:{REQUESTS}", errand)

    def _take_one(self, service: str, name: str, errand: Errand, *, unless: str) -> None:
        now, floor, total = self._now(), self._floor(errand), self._total(name)

        def take() -> Budget | None:
            return self._budgets.take(
                name, 1, now=now, floor=floor, total=total, turn=self._is_ahead(errand), unless=unless
            )

        taken = take()
        if taken is None and total is not None:
            # Nothing if it is there, be it that another worker made it since: who came second must not wait for that.
            self._budgets.create(name, total, now=now, seconds=MINUTE)
            taken = take()
        if taken is None:
            self._refuse(service, self._which(name, unless), errand)
        else:
            self._known[name] = taken

    def _take_from_handful(self, service: str, name: str, errand: Errand) -> None:
        now, floor = self._now(), self._floor(errand)
        with self._lock:
            handful = self._handfuls.get((name, floor))
            if handful and handful.left and now < handful.ends:
                handful.left -= 1
                return
            if now < self._silent.get(name, 0.0):
                return
        known = self._known.get(name)
        count = min(LARGEST_HANDFUL, max(1, known.total // HANDFUL)) if known else 1
        for wanted in dict.fromkeys((count, 1)):
            turn = self._is_ahead(errand)
            taken = self._budgets.take(name, wanted, now=now, floor=floor, total=None, turn=turn)
            if taken:
                with self._lock:
                    self._known[name] = taken
                    self._handfuls[name, floor] = _Handful(wanted - 1, taken.ends)
                return
        if self._budgets.of(name) is None:
            self._silent[name] = now + SILENT_SECONDS
            return
        self._refuse(service, name, errand)

    def _which(self, name: str, ticket: str) -> str:
        """What refused: the ticket's own limit, or the account's."""
        near = self._budgets.of(ticket) if ticket else None
        return ticket if near and near.ends > self._now() and near.remaining <= near.total * self._floor() else name

    def _refuse(self, service: str, name: str, errand: Errand) -> None:
        now = self._now()
        if errand.bulk or errand.urgent or _kind(name) == TICKET:
            # No turn: bulk work looks in again some time in the next window, the others as it begins.
            budget = self._budgets.of(name)
            until = budget.ends - now if budget else MINUTE
            wait = max(0.0, until) + (SystemRandom().uniform(0, MINUTE) if errand.bulk else 1.0)
        else:
            wait = self._budgets.wait(name, now=now, floor=self._floor()) or 0.0
        wait = max(SHORTEST_WAIT, wait)
        reason = TICKET_REASON if _kind(name) == TICKET else REASON
        WAIT_SECONDS.labels(service, reason).inc(wait)
        what = name.partition(":")[2]
        raise NotSent(service, f"our share of its limit of {what} is used up for now", reason, retry_after=wait)

    def learn(self, service: str, request: requests.PreparedRequest, response: requests.Response) -> None:
        """From the answer's headers. Writes only what is news."""
        now = self._now()
        refused = response.status_code == 429
        rates = self._limited[service].rates(response, now)
        for what, rate in rates.items():
            name = f"{service}:{what}"
            if refused or self._is_news(name, rate, now):
                seconds = TICKET_SECONDS if _kind(name) == TICKET else MINUTE
                self._learned_at[name] = now
                budget = self._budgets.learn(name, rate, now=now, seconds=seconds)
                with self._lock:
                    self._silent.pop(name, None)
                    if budget:
                        self._known[name] = budget
                    # What this process has in hand was taken from more than there is.
                    for (of, _), handful in self._handfuls.items():
                        if of == name:
                            handful.left = min(handful.left, rate.remaining)
        if refused and all(rate.remaining for rate in rates.values()):
            self._refused_without_a_word(service, request, retry_after(response.headers))

    def _is_news(self, name: str, rate: Rate, now: float) -> bool:
        if _kind(name) == TICKET:
            return rate.remaining <= rate.total * TICKET_IS_NEAR
        known = self._known.get(name)
        if known is None or not known.learned or known.total != rate.total:
            return True
        if now - self._learned_at.get(name, 0.0) < LEARN_EVERY_SECONDS:
            return False
        others_use_it = rate.remaining < known.left(now) - max(2.0, rate.total * SLACK)
        other_window = rate.resets > 0 and known.ends < now + rate.resets - 2.0 and known.ends > now
        return others_use_it or other_window

    def _refused_without_a_word(self, service: str, request: requests.PreparedRequest, asked: float | None) -> None:
        """A 429 that no header explains is about the call's own kind, if no answer ever tells of that limit.

        Otherwise it may be about anything: the ticket, the jobs under way. Then only the call itself waits.
        """
        whats = self._limited[service].counts_against(request.method or "", request.path_url.partition("?")[0])
        name = next(f"{service}:{what}" for what in reversed(whats) if _kind(f"{service}:{what}") != TICKET)
        if _kind(name) == REQUESTS:
            return
        now, seconds = self._now(), min(asked or MINUTE, MINUTE)
        self._budgets.create(name, self._total(name) or 1, now=now, seconds=MINUTE)
        self._budgets.empty(name, now=now, seconds=seconds)

    def state(self) -> list[Budget]:
        """Of whole accounts and projects, not of single tickets; what nobody used for an hour is dropped."""
        self._budgets.forget(ended_before=self._now() - FORGET_SECONDS)
        return [budget for budget in self._budgets.all() if _kind(budget.name) != TICKET]

    def is_spent(self, name: str) -> bool:
        """Is a call of the kind put off just now?"""
        budget, now = self._budgets.of(name), self._now()
        return budget is not None and (budget.line > now or budget.left(now) <= budget.total * self._floor())

    def shorten(self, name: str, waiting: int) -> None:
        """Only so many still wait for their turn."""
        self._budgets.shorten(name, now=self._now(), waiting=waiting, floor=self._floor())

    def _floor(self, errand: Errand | None = None) -> float:
        reserve = self._limits().reserve
        if errand and errand.urgent:
            return reserve / 2
        return max(reserve, KEPT_FROM_BULK) if errand and errand.bulk else reserve

    def _total(self, name: str) -> int | None:
        """What counts until the service says its own; None: no limit until then."""
        limits = self._limits()
        configured = {
            "zendesk:updates": limits.zendesk_updates,
            "gitlab:issues": limits.gitlab_issues,
            "gitlab:notes": limits.gitlab_notes,
        }
        return configured.get(f"{name.partition(':')[0]}:{_kind(name)}")

    @staticmethod
    def _is_ahead(errand: Errand) -> bool:
        return errand.urgent or (errand.has_turn and not errand.bulk)


def _kind(name: str) -> str:
    """`zendesk:ticket:7` -> ticket"""
    return name.split(":", 2)[1]
