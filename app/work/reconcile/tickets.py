"""The job that goes through the tickets that changed, and takes up what no webhook told us of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.metrics import REPAIRED
from app.records.progress import Progress
from app.tags import DONE_TAG
from app.triage.deciders import chosen_by_person
from app.triage.verdict import Previous
from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import payload_of
from app.work.jobs.backpressure import feed_works
from app.work.jobs.job import Jobs
from app.work.snapshot import ticket_from
from app.work.tickets.decision_log import Recorder
from app.work.tickets.tag_commands import asks_by_tag
from app.work.tickets.workflow import WORKFLOW as TRIAGE
from app.work.tickets.workflow import lane_of, triage_work
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import TicketSnapshot

WORKFLOW = "compare_tickets"
LANE = "compare:tickets"
CURSOR = "compare:tickets"
# A webhook may still be on its way: Zendesk tries for some minutes.
GRACE = timedelta(minutes=3)
MOST_PAGES = 20


def compare_tickets_work(key: str, now: datetime) -> Work:
    return Work(WORKFLOW, key, LANE, payload_of(WORKFLOW, key, LANE, now))


@dataclass(frozen=True)
class CompareTickets:
    jobs: Jobs
    zendesk: Callable[[], ZendeskClient]
    recorder: Recorder
    progress: Progress
    partitions_with: Callable[[str, Collection[str]], set[str]]
    now: Callable[[], datetime]

    def compare(self, delivery: JSON) -> JSON:
        compared = self.jobs.step("compare", self._compare, delivery)
        if "fault" in compared:
            return self.jobs.again(delivery, "compare", compared["fault"])
        now = datetime.fromisoformat(delivery["accepted_at"])
        works = [
            triage_work(
                f"{delivery['key']}:missed:{one['ticket_id']}:{one['updated_at']}", one["ticket_id"], one["event"], now
            )
            for one in compared["missed"]
        ]
        for work in feed_works(delivery["key"], works, now):
            self.jobs.runner.later(work)
        if compared["cursor"]:
            self.jobs.step("reached", self._reached, compared["cursor"])
        return {"missed": len(compared["missed"])}

    def _compare(self, _delivery: JSON) -> JSON:
        """From where the last job ended; the first one begins now: what came before us is nobody's miss."""
        reached = self.progress.of(CURSOR)
        if reached is None:
            self.progress.reached(CURSOR, f"@{self.now().isoformat()}", now=self.now().isoformat())
            return {"missed": [], "cursor": ""}
        cursor, start = (reached.value, None)
        if reached.value.startswith("@"):
            cursor, start = "", datetime.fromisoformat(reached.value[1:])
            if self.now() - start < GRACE:
                return {"missed": [], "cursor": ""}  # Zendesk refuses a start within the last minute
        missed: list[JSON] = []
        for _ in range(MOST_PAGES):
            page = self.zendesk().changes(cursor=cursor, start=None if cursor else start)
            if any(self._is_fresh(ticket) for ticket in page.tickets):
                break  # next time: its webhook may be on its way
            missed += self._missed_of(page.tickets)
            cursor = page.cursor or cursor
            if page.end or not page.cursor:
                break
        REPAIRED.labels("ticket").inc(len(missed))
        return {"missed": missed, "cursor": cursor}

    def _reached(self, cursor: str) -> JSON:
        self.progress.reached(CURSOR, cursor, now=self.now().isoformat())
        return {}

    def _is_fresh(self, ticket: TicketSnapshot) -> bool:
        return self.now() - datetime.fromisoformat(ticket.updated_at) < GRACE

    def _missed_of(self, tickets: Collection[TicketSnapshot]) -> list[JSON]:
        """Without those whose delivery is here and has not been worked off. A second write that waits is none.

        These are asked for first: what is worked off meanwhile has its decision by the time that one is looked for.
        """
        here = self.partitions_with(TRIAGE, [lane_of(ticket.id) for ticket in tickets])
        others = (ticket for ticket in tickets if lane_of(ticket.id) not in here)
        return [one for ticket in others if (one := self._missed(ticket))]

    def _missed(self, ticket: TicketSnapshot) -> JSON | None:
        if ticket.status in {"closed", "deleted"}:
            return None
        if not self.recorder.knows(ticket.id):
            return None if DONE_TAG in ticket.tags else _one(ticket, "ticket.created")
        last = self.recorder.last_written(ticket.id)
        if last is None:
            return None
        previous = Previous(last.archetype, last.tags)
        if chosen_by_person(ticket_from(ticket, event="updated"), previous) or asks_by_tag(ticket.tags):
            return _one(ticket, "ticket.updated")
        return None


def _one(ticket: TicketSnapshot, event: str) -> JSON:
    return {"ticket_id": ticket.id, "updated_at": ticket.updated_at, "event": event}
