"""Lets a call go while there is room in every limit that it counts against, else puts it off.

While there is plenty of room, a process takes several calls at once from the database. It spends them within seconds,
or gives them back.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from random import SystemRandom

from app.metrics import WAIT_SECONDS
from app.records.rate_limits import RateLimit, RateLimits
from app.rules.schema.base import LimitsConfig
from integrations.errors import NotSent
from integrations.rates import REQUESTS, Limited, Rate
from integrations.waits import retry_after

REASON, TICKET_REASON = "budget_spent", "ticket_limit_spent"
MINUTE = 60.0
# A ticket's own limit is kept in ten minutes; only a ticket that is near it gets a row.
TICKET, TICKET_SECONDS, TICKET_IS_NEAR = "ticket", 600.0, 0.5
# Bulk work leaves this share of every limit to work that people wait for.
KEPT_FROM_BULK = 0.5
# Of a limit at most one answer a second is written down: what others use need not be known sooner.
LEARN_EVERY_SECONDS = 1.0
SHORTEST_WAIT = 0.2
# Calls that a process takes at once, and for how long it may spend them; the next one gives back the rest.
MOST_AT_ONCE, SPENT_WITHIN_SECONDS, GROWS_BY = 64, 5.0, 4
FORGET_SECONDS = 3600.0


class Priority(Enum):
    URGENT = "urgent"
    """One call for many tickets, or a health check: it may use half of the reserve, and comes back first."""
    NORMAL = "normal"
    BULK = "bulk"
    """Nobody waits for it: reconciliation, syncing, notifying many. Half of each limit is kept from it."""


_current = ContextVar("priority", default=Priority.NORMAL)


def current_priority() -> Priority:
    return _current.get()


@contextmanager
def at_priority(priority: Priority) -> Iterator[None]:
    token = _current.set(priority)
    try:
        yield
    finally:
        _current.reset(token)


@dataclass(slots=True)
class _Allowance:
    """Calls that were taken, and not yet made."""

    taken: int
    left: int
    until: float
    windows: dict[str, float]
    """When the limits' windows end."""


class RateLimiter:
    """Thread-safe. `now` gives Unix seconds."""

    def __init__(
        self,
        rows: RateLimits,
        limits: Callable[[], LimitsConfig],
        limited: Mapping[str, Limited],
        now: Callable[[], float],
    ) -> None:
        """`limited`: what each service limits; one that is not there has no limits."""
        self._rows = rows
        self._limits = limits
        self._limited = limited
        self._now = now
        self._learned_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._takes: dict[tuple[tuple[str, ...], float], threading.Lock] = {}
        self._allowances: dict[tuple[tuple[str, ...], float], _Allowance] = {}
        self._seen: dict[str, RateLimit] = {}
        """As they were after this process changed them last: since then there can only be less left."""

    def take(self, service: str, method: str, path: str) -> None:
        """For one call. Raises NotSent with the time to come back."""
        names = self._names(service, method, path)
        if not names:
            return
        priority = current_priority()
        kept = self._kept(priority)
        # A ticket's own limit has a row only if it is near: most calls need not ask for it.
        shared = tuple(name for name in names if _kind(name) != TICKET or name in self._seen)
        if self._spend((shared, kept)):
            return
        with self._lock:
            one_at_a_time = self._takes.setdefault((shared, kept), threading.Lock())
        with one_at_a_time:  # one takes for all that wait
            if not self._spend((shared, kept)):
                self._take(service, names, (shared, kept), priority)

    def _take(self, service: str, names: Sequence[str], key: tuple[tuple[str, ...], float], priority: Priority) -> None:
        """From the database: the call's own, and some for those that follow."""
        now = self._now()
        with self._lock:
            last = self._allowances.pop(key, None) or _Allowance(0, 0, now, self._windows(names))
        # A quiet service takes one by one.
        grows = priority is not Priority.URGENT and now < last.until
        taken = self._rows.take(
            {name: self._total(name) for name in names},
            now=now,
            kept=key[1],
            seconds=MINUTE,
            most=min(MOST_AT_ONCE, GROWS_BY * last.taken) if grows else 1,
            unspent=last.left,
            windows=last.windows,
        )
        if taken.refused:
            self._put_off(service, taken.refused, priority, now)
        with self._lock:
            self._seen.update({limit.name: limit for limit in taken.limits})
            windows = {limit.name: limit.ends for limit in taken.limits}
            until = min([now + SPENT_WITHIN_SECONDS, *windows.values()])
            # Where nothing is limited, only a limit that is learned has it ask again before the time.
            count = taken.count if windows else MOST_AT_ONCE
            self._allowances[key] = _Allowance(count, count - 1, until, windows)

    def _windows(self, names: Sequence[str]) -> dict[str, float]:
        """As this process saw them last; none if one of these limits may have no row yet."""
        if any(name not in self._seen and self._total(name) is not None for name in names):
            return {}
        return {name: self._seen[name].ends for name in names if name in self._seen}

    def _spend(self, key: tuple[tuple[str, ...], float]) -> bool:
        """Is there a call left of those that were taken?"""
        now = self._now()
        with self._lock:
            allowance = self._allowances.get(key)
            if allowance is None or allowance.left == 0 or not now < allowance.until <= now + SPENT_WITHIN_SECONDS:
                return False
            allowance.left -= 1
            return True

    def learn(self, service: str, method: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        """From the headers of an answer."""
        if service not in self._limited:
            return
        now, refused = self._now(), status == 429
        rates = self._limited[service].rates(path, headers, now)
        for what, rate in rates.items():
            name = f"{service}:{what}"
            if _kind(name) == TICKET:
                if refused or rate.remaining <= rate.total * TICKET_IS_NEAR:
                    self._believe(name, rate, now=now, seconds=TICKET_SECONDS)
            elif refused or now - self._learned_at.get(name, 0.0) >= LEARN_EVERY_SECONDS:
                self._learned_at[name] = now
                self._believe(name, rate, now=now, seconds=MINUTE)
        if refused and all(rate.remaining for rate in rates.values()):
            self._refused_without_a_word(service, method, path, retry_after(headers))

    def _believe(self, name: str, rate: Rate, *, now: float, seconds: float) -> None:
        """Write it down if it is news; then what was taken before is worth nothing."""
        seen = self._seen.get(name)
        if seen and seen.knows(rate, now) and seen.remaining <= rate.remaining:
            return
        limit = self._rows.learn(name, rate, now=now, seconds=seconds)
        with self._lock:
            self._seen[name] = limit
            self._allowances.clear()

    def state(self) -> list[RateLimit]:
        """Of whole accounts and projects, not of single tickets; what nobody used for an hour is dropped."""
        self._rows.forget(ended_before=self._now() - FORGET_SECONDS)
        return [limit for limit in self._rows.all() if _kind(limit.name) != TICKET]

    def _names(self, service: str, method: str, path: str) -> list[str]:
        """The narrow ones first: they are used up first."""
        limited = self._limited.get(service)
        return [f"{service}:{what}" for what in reversed(limited.counts_against(method, path))] if limited else []

    def _put_off(self, service: str, limit: RateLimit, priority: Priority, now: float) -> None:
        is_ticket = _kind(limit.name) == TICKET
        wait = limit.ends - now
        if is_ticket or priority is Priority.URGENT:
            wait += 1.0
        elif priority is Priority.BULK:
            wait += SystemRandom().uniform(0, MINUTE)
        else:
            # Spread over as many windows as it takes to serve all that this window put off, in their order.
            share = max(1.0, limit.total * (1 - self._kept(priority)))
            wait += (limit.put_off - SystemRandom().uniform(0, 1)) * limit.seconds / share
        wait = max(SHORTEST_WAIT, wait)
        reason = TICKET_REASON if is_ticket else REASON
        WAIT_SECONDS.labels(service, reason).inc(wait)
        what = limit.name.partition(":")[2]
        raise NotSent(service, f"our share of its limit of {what} is used up for now", reason, retry_after=wait)

    def _refused_without_a_word(self, service: str, method: str, path: str, asked: float | None) -> None:
        """A 429 that no header explains is about the call's own kind, if no answer ever tells of that limit.

        Otherwise it may be about anything: the ticket, the jobs under way. Then only the call itself waits.
        """
        name = next(name for name in self._names(service, method, path) if _kind(name) != TICKET)
        if _kind(name) != REQUESTS:
            self._rows.use_up(name, self._total(name) or 1, now=self._now(), seconds=min(asked or MINUTE, MINUTE))
            with self._lock:
                self._allowances.clear()

    def _kept(self, priority: Priority) -> float:
        """The share of each limit that is left to others."""
        reserve = self._limits().reserve
        if priority is Priority.URGENT:
            return reserve / 2
        return max(reserve, KEPT_FROM_BULK) if priority is Priority.BULK else reserve

    def _total(self, name: str) -> int | None:
        """What counts until the service says its own; None: no limit until then."""
        limits = self._limits()
        configured = {
            "zendesk:updates": limits.zendesk_updates,
            "gitlab:issues": limits.gitlab_issues,
            "gitlab:notes": limits.gitlab_notes,
        }
        return configured.get(f"{name.partition(':')[0]}:{_kind(name)}")


def _kind(name: str) -> str:
    """`zendesk:ticket:7` -> ticket"""
    return name.split(":", 2)[1]
