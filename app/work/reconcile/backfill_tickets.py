"""The workflow: tickets that were there before the service, and still wait, are judged. Nobody waits for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.tags import DONE_TAG
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.backfill_state import MOST_PAGES, PAUSE_SECONDS, BackfillState, BackfillStates
from app.work.jobs.backpressure import throttled
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import BackfillTickets, Stored, TicketChanged, TriageTicket, Work
from integrations.errors import IntegrationError
from integrations.zendesk.snapshots import TicketSnapshot

WAITING = frozenset({"new", "open", "pending", "hold"})


class TicketsPage(Stored):
    tickets: tuple[int, ...] = ()
    following: BackfillTickets | None = None


def register(deps: Dependencies) -> None:
    deps.engine.register(BackfillTickets, TicketBackfill(deps, DecisionLog(deps)).run, partial(crashed, deps))


@dataclass(frozen=True)
class TicketBackfill:
    deps: Dependencies
    log: DecisionLog

    def run(self, message: BackfillTickets) -> None:
        page = attempt(self.deps, message, "read", self.read, message)
        if page is None:
            return
        for work in throttled(message.key, [_judged(message, one) for one in page.tickets], message.accepted_at):
            self.deps.engine.later(work)
        if page.following:
            self.deps.engine.later(Work(page.following, delay=PAUSE_SECONDS, once=True))

    def read(self, message: BackfillTickets) -> TicketsPage:
        """One page of the export, the oldest change first. Raises IntegrationError."""
        states, now = BackfillStates(self.deps.records.progress), self.deps.now()
        state = states.of(message) or BackfillState(run=message.run)
        try:
            page = self.deps.zendesk.changes(cursor=message.before, start=None if message.before else message.since)
        except IntegrationError as error:
            states.not_read(message, state, error, now)
            return TicketsPage()
        found, seen, left_out = self._waiting(page.tickets, message.left)
        is_full = len(seen) < len(page.tickets)
        left_out.update("cannot be read" for _ in page.unreadable if not is_full)
        more = bool(page.cursor) and not page.end
        goes_on = more and not is_full and message.page < MOST_PAGES
        changes: dict[str, object] = {
            "state": "reading" if goes_on else "limit" if is_full or more else "ended",
            "before": message.before if is_full else page.cursor or "",
            "why": "",
            "run": message.run,
            "page": message.page,
            "oldest_first": True,
            "reached": datetime.fromisoformat(seen[-1].updated_at) if seen else state.reached,
        }
        if (message.run, message.page) > (state.run, state.page):
            changes |= {
                "read": state.read + len(found) + left_out.total(),
                "tickets": state.tickets + len(found),
                "left_out": dict(Counter(state.left_out) + left_out),
            }
        states.keep(message, state.model_copy(update=changes), now)
        left = message.left - len(found)
        following = message.model_copy(update={"page": message.page + 1, "before": page.cursor, "left": left})
        return TicketsPage(tickets=tuple(found), following=following.keyed() if goes_on else None)

    def _waiting(
        self, tickets: Sequence[TicketSnapshot], most: int
    ) -> tuple[list[int], list[TicketSnapshot], Counter[str]]:
        """Those to judge, all that were looked at, and why the others are left out."""
        found: list[int] = []
        left_out: Counter[str] = Counter()
        for number, ticket in enumerate(tickets):
            if len(found) >= most:
                return found, list(tickets[:number]), left_out
            why = self._why_left_out(ticket)
            if why:
                left_out[why] += 1
            else:
                found.append(ticket.id)
        return found, list(tickets), left_out

    def _why_left_out(self, ticket: TicketSnapshot) -> str:
        if ticket.status not in WAITING:
            return "solved, closed or deleted"
        return "triaged before" if DONE_TAG in ticket.tags or self.log.knows(ticket.id) else ""


def _judged(message: BackfillTickets, ticket_id: int) -> TriageTicket:
    return TriageTicket(
        key=f"{message.name}:{ticket_id}",
        accepted_at=message.accepted_at,
        ticket_id=ticket_id,
        cause=TicketChanged(event="ticket.created"),
        mode=message.mode,
    )
