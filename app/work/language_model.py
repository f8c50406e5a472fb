"""Asks a language model about a ticket that nothing else decided, if ops want that, and not too often.

It can only help: whatever goes wrong with it leaves the ticket abstained, and is counted.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import structlog

from app.metrics import SECOND_OPINIONS
from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.second_opinion import offered, question, read_answer, verdict_from
from app.triage.verdict import Verdict
from integrations.errors import IntegrationError, NotSent

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
Outcome = Literal["opinion", "no_opinion", "private", "over_budget", "failed"]
WHY_NOT: dict[Outcome, str] = {
    "no_opinion": "none of the archetypes, or no answer that could be used",
    "private": "not asked: the text is private, and LLM_PRIVATE is off",
    "over_budget": "not asked: LLM_PER_HOUR is used up",
    "failed": "the endpoint gave no answer",
}


class Asks(Protocol):
    def ask(self, system: str, user: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    verdict: Verdict | None
    detail: str
    """For the trace: the opinion, or why there is none."""


class SecondOpinion:
    """`client` None: off. `per_hour`: questions in any hour, for this process alone; a restart begins anew."""

    def __init__(self, client: Asks | None, per_hour: int, *, allow_private: bool, now: Callable[[], datetime]) -> None:
        self._client = client
        self._per_hour = per_hour
        self._allow_private = allow_private
        self._now = now
        self._lock = threading.Lock()
        self._asked_at: deque[datetime] = deque()

    def ask(self, ticket: Ticket, *, channel_public: bool, rules: Rules) -> Asked | None:
        """None: off. Raises nothing for what the endpoint does or says."""
        if self._client is None:
            return None
        outcome, verdict = self._ask(self._client, ticket, rules, channel_public=channel_public)
        SECOND_OPINIONS.labels(outcome).inc()
        return Asked(verdict, verdict.why if verdict else WHY_NOT[outcome])

    def _ask(
        self, client: Asks, ticket: Ticket, rules: Rules, *, channel_public: bool
    ) -> tuple[Outcome, Verdict | None]:
        if not channel_public and not self._allow_private:
            return "private", None
        if not self._within_budget():
            return "over_budget", None
        archetypes = offered(rules)
        asked = question(ticket, archetypes)
        try:
            answer = client.ask(asked.system, asked.user)
        except IntegrationError as error:
            if isinstance(error, NotSent):
                self._give_back()
            log.warning("second_opinion_failed", ticket_id=ticket.id, reason=error.reason)
            return "failed", None
        opinion = read_answer(answer, archetypes)
        return ("opinion", verdict_from(opinion, rules)) if opinion else ("no_opinion", None)

    def _within_budget(self) -> bool:
        """Takes one question from the hour's budget, if one is left. A question that fails is spent too."""
        with self._lock:
            now = self._now()
            while self._asked_at and self._asked_at[0] <= now - HOUR:
                self._asked_at.popleft()
            if len(self._asked_at) >= self._per_hour:
                return False
            self._asked_at.append(now)
            return True

    def _give_back(self) -> None:
        """A question that was not even sent: one while the endpoint is known to be down."""
        with self._lock:
            if self._asked_at:
                self._asked_at.pop()
