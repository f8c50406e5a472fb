"""Against talking to ourselves and to other robots: who set a tag, and how often a ticket may be written to.

The budget is the last resort, because it needs to know nothing of the other side: whatever answers our updates, a
ticket is written to `limits.writes_per_ticket_hour` times, and then no more until a person releases it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.metrics import LOOPS_STOPPED
from app.records.ticket_writes import TicketWrites
from app.rulebook import Rulebook
from app.rules.schema.base import TeamConfig
from app.rules.team import is_bot
from app.ticket import Requester
from app.work.engine.engine import JSON
from app.work.jobs.retry_policy import Fault
from app.work.runs import run_id
from app.work.tickets.decision_log import Recorder
from app.work.tickets.workflow import WORKFLOW
from integrations.errors import NotFound
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import CommentSnapshot

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)
WRITE_BUDGET = "write_budget"
# What a delivery carries that cannot be read from the ticket: each is kept, and done once the ticket is released.
_NEWS = ("told", "decided", "answered_in")


def latch_key(ticket_id: int) -> str:
    """The failure that keeps a ticket from being written to, while it is open."""
    return f"budget:{ticket_id}"


@dataclass(frozen=True)
class Loops:
    zendesk: Callable[[], ZendeskClient]
    recorder: Recorder
    writes: TicketWrites
    rulebook: Rulebook
    own_user_id: Callable[[], int | None]
    now: Callable[[], datetime]

    def not_a_person(self, ticket_id: int, tag: str, team: TeamConfig) -> str:
        """Why what the tag asks for is not done; empty: a person set it, or nobody knows who. One GET or two.

        The delivery's actor does not say it: several changes may be behind one delivery.
        """
        set_by = self.zendesk().who_tagged(ticket_id, tag)
        if set_by is None:
            return ""
        if set_by.run_id or set_by.author_id == self.own_user_id():
            return self._stopped("own_update", "our own update")
        try:
            person = self.zendesk().person(set_by.author_id)
        except NotFound:
            return ""
        author = Requester(person.id, person.name, person.email, person.handle, person.role, person.tags)
        return self._stopped("bot", "asked for by a bot that may not start work") if is_bot(team, author) else ""

    def bot_wrote(self, comment: CommentSnapshot, team: TeamConfig) -> bool:
        """Did a bot write it that may not start work?"""
        by_bot = is_bot(team, Requester(comment.author_id, email=comment.author_email, role=comment.author_role))
        if by_bot:
            self._stopped("bot", "")
        return by_bot

    def auto_reply(self) -> None:
        self._stopped("auto_reply", "")

    def over_budget(self, delivery: JSON) -> JSON | None:
        """None: this run may write to its ticket. Else people are told, and it ends here, before it does anything."""
        ticket_id, most = delivery["ticket_id"], self.rulebook.current().routing.limits.writes_per_ticket_hour
        latch = self.recorder.records.failures.by_key(latch_key(ticket_id))
        latched = latch is not None and latch.state == "open"
        now = self.now()
        since = (now - HOUR).isoformat()
        if not latched and self.writes.allow(
            ticket_id, delivery["run_id"], since=since, now=now.isoformat(), most=most
        ):
            return None
        why = self._stopped("budget", "the ticket's budget of writes is used up")
        message = f"written to {most} times within an hour; nothing more is written until a person releases it"
        fault = Fault("pointsman", WRITE_BUDGET, message, retryable=False)
        if any(name in delivery for name in _NEWS):
            self.recorder.failure(delivery, "decide", fault)
        if not latched:
            self.recorder.failure(_plain(delivery), "decide", fault, key=latch_key(ticket_id))
            self.recorder.explained_failure(delivery, message)
        else:
            self.recorder.needless(delivery["run_id"])
        return {"ended": why}

    def _stopped(self, kind: str, why: str) -> str:
        LOOPS_STOPPED.labels(kind).inc()
        return why


def _plain(delivery: JSON) -> JSON:
    """A look at the ticket as it is: for whoever releases it, one stands for all that came meanwhile."""
    if not any(name in delivery for name in _NEWS):
        return delivery
    key = f"{delivery['key']}:released"
    kept = {name: value for name, value in delivery.items() if name not in _NEWS}
    return {**kept, "workflow": WORKFLOW, "key": key, "run_id": run_id(key), "event": "ticket.updated"}
