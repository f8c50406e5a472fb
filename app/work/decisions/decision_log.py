"""Writes down what the work on a ticket comes to: decisions in their states, failures, counters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from app.metrics import ACTIONS, CORRECTIONS, DECISIONS, SECONDS_TO_DONE
from app.records.corrections import Correction
from app.records.database import Along, Connection
from app.records.decisions import ASKED, FOLLOWING, Decision, DecisionState, UpdateState
from app.rules.actions.ticket_change import ActionOutcome, TicketChange
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import crash_fault
from app.work.jobs.job import failure_of, keep_attempt, keep_unreadable
from app.work.messages import (
    Ended,
    Fault,
    FindResult,
    IssueDelayed,
    IssueImpossible,
    LinkTicket,
    TicketDecision,
    TicketMessage,
    UnreadableWork,
    Written,
)
from app.work.snapshot import ticket_as_json

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DecisionLog:
    deps: Dependencies

    # --- what is known

    def knows(self, ticket_id: int) -> bool:
        """Did any delivery ever lead to a decision about it?"""
        return bool(self.deps.records.decisions.of_ticket(ticket_id, limit=1))

    def of_run(self, run_id: str, ticket_id: int) -> Decision | None:
        return self.deps.records.decisions.of_run(run_id, ticket_id)

    def last_applied(self, ticket_id: int) -> Decision | None:
        """The newest decision whose tags are on the ticket, as far as we put them there."""
        rows = self.deps.records.decisions.of_ticket(ticket_id)
        return next((row for row in rows if row.is_applied and row.event != ASKED), None)

    def last_verdict(self, ticket_id: int) -> Decision | None:
        """The same; where nothing was ever applied (shadow), the newest verdict."""
        verdicts = (
            row for row in self.deps.records.decisions.of_ticket(ticket_id) if row.config_hash and row.event != ASKED
        )
        return self.last_applied(ticket_id) or next(verdicts, None)

    def maybe_late(self, ticket_id: int) -> list[Decision]:
        """Decisions whose update was not in the ticket when we looked, and that nothing replaced yet."""
        rows = self.deps.records.decisions.of_ticket(ticket_id)
        return [row for row in rows if row.state == "working" and row.update_state == "not_applied" and row.tags]

    # --- an update on its way

    def about_to_send(self, decision: TicketDecision, change: TicketChange) -> Decision:
        """Kept before the update is sent: if its answer is lost, the run id is looked for in the ticket's audits."""
        last = self.last_applied(decision.ticket.id)
        tags = dict.fromkeys([*(last.tags if last else ()), *change.add])
        row = _row(decision, change.outcomes, tuple(tags))
        row = replace(row, update_state="sending", answer=change.answer)
        with self.deps.engine.keeping() as along:
            self._save(row, along)
        return row

    def _save(self, row: Decision, along: Along | None = None) -> None:
        """With what routes in shadow would have decided, which mostly are none."""

        def write(connection: Connection) -> None:
            if row.in_shadow:
                self.deps.records.routes_fired.add_within(connection, row)
            if along is not None:
                along(connection)

        self.deps.records.decisions.save(row, write)

    def moved(self, row: Decision, state: UpdateState) -> None:
        """The update's state changed.

        Its tags are kept even when it is not in the ticket: a killed process's request may be on its way, and arrive.
        """
        self.deps.records.decisions.update(row.run_id, update_state=state)

    def recorded(self, message: TicketMessage, decision: TicketDecision, outcomes: Sequence[ActionOutcome]) -> Written:
        """Nothing is sent (shadow): the decision alone is kept."""
        row = _row(decision, outcomes, ())
        self._save(row)
        return self.finished(message, row, outcomes)

    def applied(self, message: TicketMessage, decision: TicketDecision, row: Decision, found: FindResult) -> Written:
        """The update is in the ticket: what was done, and what follows."""
        row = replace(row, update_state="applied")
        spike_of = self._watched_for_spikes(decision)
        if isinstance(found, IssueImpossible):
            self.failure(link_message(message, decision), "find", found.fault)
        if isinstance(found, IssueDelayed):
            self.deps.records.decisions.update(row.run_id, state="waiting", update_state="applied")
            DECISIONS.labels(row.archetype or "none", row.decided_by).inc()
            return Written(state="waiting", spike_of=spike_of)
        written = self.finished(message, row, [ActionOutcome(**action) for action in row.actions])
        return written.model_copy(update={"solves": decision.parent, "spike_of": spike_of})

    def applied_by_other(self, message: TicketMessage, row: Decision) -> None:
        """Work on the ticket found that the update of another run is in it."""
        row = replace(row, update_state="applied")
        self.finished(message, row, [ActionOutcome(**action) for action in row.actions])
        self.deps.engine.settle()  # what is decided next reads it

    def finished(self, message: TicketMessage, row: Decision, outcomes: Sequence[ActionOutcome]) -> Written:
        state: DecisionState = "failed" if any(outcome.state == "failed" for outcome in outcomes) else "done"
        now = self.deps.now()
        actions = [outcome.as_json() for outcome in outcomes]
        changed = {"state": state, "finished_at": now.isoformat(), "actions": actions}
        if row.update_state == "applied":
            changed["update_state"] = "applied"
        self.deps.engine.keep(self.deps.records.decisions.updating(row.run_id, changed))
        if isinstance(message, LinkTicket):
            self.first_write_done(message)
        else:
            DECISIONS.labels(row.archetype or "none", row.decided_by).inc()
        for outcome in outcomes:
            ACTIONS.labels(outcome.kind, outcome.state).inc()
        SECONDS_TO_DONE.observe((now - message.accepted_at).total_seconds())
        log.info(
            "ticket_decided", ticket_id=row.ticket_id, archetype=row.archetype, decided_by=row.decided_by, state=state
        )
        return Written(state="failed" if state == "failed" else "done")

    def first_write_done(self, message: LinkTicket) -> None:
        """The decision that waited for its link waits no longer."""
        done = {"state": "done", "finished_at": self.deps.now().isoformat()}
        self.deps.records.decisions.update(message.decision.run_id, **done)

    def _watched_for_spikes(self, decision: TicketDecision) -> str:
        """The archetype, if many of it at once are told to the chat; only for a ticket's own verdict."""
        watched = {one.archetype for one in self.deps.rulebook.current().routing.chat.spikes}
        own_verdict = decision.event not in FOLLOWING
        return decision.archetype if own_verdict and decision.archetype in watched else ""

    # --- without an update

    def explained(self, message: TicketMessage, summary: str) -> Ended:
        """The delivery ends without a decision about the ticket, and why."""
        self.without_verdict(message, "done", summary)
        return Ended(why=summary)

    def without_verdict(self, message: TicketMessage, state: DecisionState, summary: str) -> None:
        now = self.deps.now().isoformat()
        finished_at = None if state == "waiting" else now
        self.deps.records.decisions.save(
            Decision.without_verdict(
                message.run_id, message.ticket_id, message.event, state, summary, now=now, finished_at=finished_at
            )
        )

    def forget_needless(self, message: TicketMessage) -> None:
        """Another delivery did what this run was delayed with, or nothing is left to do: it is no decision."""
        row = self.of_run(message.run_id, message.ticket_id)
        if row and (row.state == "working" or (row.update_state == "not_sent" and row.state in {"waiting", "failed"})):
            self.deps.records.decisions.delete(row.run_id)

    def corrected(self, ticket_id: int, archetype: str, last: Decision, *, by: str) -> None:
        """Keep what a person chose, with the ticket as it was when we decided: it is what the model learns from."""
        now = self.deps.now().isoformat()
        chosen = Correction(ticket_id, archetype, last.archetype, last.decided_by, last.ticket, now, by)
        if self.deps.records.corrections.save(chosen):
            CORRECTIONS.labels(last.decided_by, last.archetype or "none").inc()

    # --- attempts that did not succeed

    def delayed(self, message: TicketMessage, step: str, fault: Fault, wait: float) -> None:
        keep_attempt(self.deps, message, step, fault)
        log.info("work_delayed", ticket_id=message.ticket_id, reason=fault.reason, wait=round(wait, 1))
        if not isinstance(message, LinkTicket) and self.of_run(message.run_id, message.ticket_id) is None:
            self.without_verdict(message, "waiting", fault.message)

    def gave_up(self, message: TicketMessage, step: str, fault: Fault) -> None:
        """No further attempt: a person is told."""
        self.failure(message, step, fault)
        finished = {"state": "failed", "finished_at": self.deps.now().isoformat()}
        if isinstance(message, LinkTicket):
            self.deps.records.decisions.update(message.decision.run_id, **finished)
        row = self.of_run(message.run_id, message.ticket_id)
        if row and row.config_hash:
            self.deps.records.decisions.update(row.run_id, **finished)
        elif not isinstance(message, LinkTicket):
            self.without_verdict(message, "failed", fault.message)

    def failure(self, message: TicketMessage, step: str, fault: Fault, *, key: str = "") -> None:
        """`key`: by default the run's; failures of one key are one."""
        keep_attempt(self.deps, message, step, fault)
        log.error("work_failed", ticket_id=message.ticket_id, step=step, reason=fault.reason)
        self.deps.records.failures.add(failure_of(self.deps, message, step, fault, key=key))

    def crashed(self, message: TicketMessage | UnreadableWork, error: str) -> None:
        """An error in our own code: kept with the failures, so that it can be retried once it is mended."""
        if isinstance(message, UnreadableWork):
            keep_unreadable(self.deps, message, error)
        else:
            self.gave_up(message, "workflow", crash_fault(error))


def link_message(message: TicketMessage, decision: TicketDecision) -> LinkTicket:
    """The second write, of the link alone: its tags are on the ticket. A message that is one already, itself."""
    if isinstance(message, LinkTicket):
        return message
    carried = message.model_dump(include={"accepted_at", "attempt", "outages", "waits", "generation", "looks", "bulk"})
    return LinkTicket(**carried, key=f"{message.key}:link", ticket_id=message.ticket_id, decision=decision)


def _row(decision: TicketDecision, outcomes: Sequence[ActionOutcome], tags: tuple[str, ...]) -> Decision:
    return Decision(
        run_id=decision.run_id,
        ticket_id=decision.ticket.id,
        event=decision.event,
        state="working",
        archetype=decision.archetype,
        confidence=decision.confidence,
        decided_by=decision.decided_by,
        mode=decision.plan.mode,
        channel=decision.channel,
        summary=decision.why,
        tags=tags,
        actions=tuple(outcome.as_json() for outcome in outcomes),
        trace=tuple(dict(entry) for entry in decision.trace),
        config_hash=decision.config_hash,
        ticket=ticket_as_json(decision.judged),
        thread=decision.thread,
        ticket_updated_at=decision.ticket.updated_at,
        decided_at=decision.decided_at,
    )
