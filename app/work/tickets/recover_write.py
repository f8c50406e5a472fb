"""Recovers updates whose answer was lost. Zendesk keeps the run id with what a run did, so it can be looked up.

Before an update is sent, its decision is stored as `sending`. If the answer is lost, or the process dies, nobody knows
whether the ticket has it. So nothing else is decided about the ticket before its audits were read: they name the run
(`applied`), or they do not, and the request can no longer arrive (`not_applied`): then the ticket is decided again.
The edges are in `app.work.update_state`, and drawn in docs/architecture.md.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.records.decisions import Decision, UpdateState
from app.tags import DONE_TAG
from app.work.bulk.outbox import Outbox, busy
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.dependencies import Dependencies
from app.work.messages import NotApplied, PreviousAttempt, TicketMessage, Written
from app.work.tickets.put_back import put_back
from app.work.update_state import MAY_BE_APPLIED, advance
from integrations.errors import NotFound, NotSent
from integrations.zendesk.snapshots import TicketSnapshot

# A ticket that changes twice within a second keeps its stamp. The other second is for clocks that differ.
STAMP_SECONDS = 2.0


@dataclass(frozen=True)
class WriteRecovery:
    deps: Dependencies
    log: DecisionLog
    outbox: Outbox

    def own(self, message: TicketMessage, previous: PreviousAttempt) -> Written | NotApplied:
        """The update of this work's previous attempt. Raises IntegrationError: nobody can tell now."""
        row = self.log.of_run(previous.decision.run_id, message.ticket_id)
        if previous.update == "in_outbox":
            return self._from_outbox(message, previous, row)
        return self._looked_up(message, previous, row)

    def before_reading(self, message: TicketMessage) -> bool:
        """Resolve what other work, or an earlier life of this one, left unknown. True: this run's update is there.

        Raises IntegrationError: nobody can tell now, so nothing may be decided.
        """
        rows = self.deps.records.decisions.of_ticket(message.ticket_id)
        if any(row.update_state == "in_outbox" for row in rows):
            self.outbox.take_back(message.ticket_id)
            rows = self.deps.records.decisions.of_ticket(message.ticket_id)
        own_is_there = False
        for row in rows:
            if row.update_state not in MAY_BE_APPLIED:
                continue
            if self.was_applied(row):
                own_is_there = own_is_there or row.run_id == message.run_id
                self._applied(message, row)
            else:
                self.wait_until_refused(row)
                self.log.moved(row, advance(_unknown(row), "miss"))
        return own_is_there

    def after_reading(self, message: TicketMessage, snapshot: TicketSnapshot) -> bool:
        """Updates that were taken for lost, and arrived later. True: this run's is there."""
        own = self.log.of_run(message.run_id, message.ticket_id) if message.previous else None
        arrived = [own is not None and own.is_applied]
        if DONE_TAG in snapshot.tags:
            for row in self.log.maybe_late(snapshot.id):
                if self.was_applied(row):
                    arrived.append(row.run_id == message.run_id)
                    self._applied(message, row)
        return any(arrived)

    def was_applied(self, row: Decision) -> bool:
        """Is the update in the ticket, or in the follow-up of one that is closed? Raises IntegrationError."""
        zendesk = self.deps.zendesk
        try:
            update = zendesk.find_update(row.ticket_id, row.run_id)
        except NotFound:
            # A deleted ticket shows no audits. Marking as spam comes last, and deletes it.
            return row.marks_spam
        if update is not None:
            self.complete(row, update.overwritten)
            return True
        return row.event == "issue_changed" and zendesk.find_follow_up(row.ticket_id, row.run_id) is not None

    def wait_until_refused(self, row: Decision) -> None:
        """An update that is not in the ticket may be on its way, and only the ticket's stamp can refuse it then.

        Raises NotSent while another update could leave the ticket with the stamp for which this one was made.
        """
        age = (self.deps.now() - datetime.fromisoformat(row.decided_at)).total_seconds()
        if age < STAMP_SECONDS:
            wait = min(STAMP_SECONDS, STAMP_SECONDS - age)
            raise NotSent("zendesk", "an update may still arrive; writing again soon", "update_unknown", wait)

    def complete(self, row: Decision, overwritten: Sequence[str]) -> None:
        """What follows an update that is in the ticket. Once more does no harm. Raises IntegrationError."""
        if overwritten:
            put_back(self.deps.zendesk, row, overwritten)
        if row.marks_spam:
            with suppress(NotFound):  # deleted: by the mark whose answer was lost, or by a person
                self.deps.zendesk.mark_as_spam(row.ticket_id)

    def _looked_up(
        self, message: TicketMessage, previous: PreviousAttempt, row: Decision | None
    ) -> Written | NotApplied:
        if row is not None and (row.is_applied or self.was_applied(row)):
            return self.log.applied(message, previous.decision, row, previous.found)
        if row is not None and row.update_state in MAY_BE_APPLIED:
            self.log.moved(row, advance(_unknown(row), "miss"))
        return NotApplied()

    def _from_outbox(
        self, message: TicketMessage, previous: PreviousAttempt, row: Decision | None
    ) -> Written | NotApplied:
        """What became of an update that waited for a bulk job. Raises NotSent while the job may be writing it."""
        waiting, run_id = self.deps.records.outbox, previous.decision.run_id
        entry = waiting.of(run_id)
        if entry is None:
            applied = row is not None and row.is_applied  # this step was cut off before its answer was kept
            return (
                self.log.applied(message, previous.decision, row, previous.found) if applied and row else NotApplied()
            )
        if waiting.take_back(run_id):
            if row is not None:
                self.log.moved(row, advance("in_outbox", "take_back"))
            return NotApplied()
        if not self.outbox.is_over(entry):
            raise busy()
        if entry.state == "sent" or row is None or _within_a_stamp(row):
            recovered = self._looked_up(message, previous, row)
        elif entry.state == "applied":
            recovered = self.log.applied(message, previous.decision, row, previous.found)
        else:
            self.log.moved(row, advance("sending", "refuse"))
            recovered = NotApplied()
        waiting.drop(run_id)
        return recovered

    def _applied(self, message: TicketMessage, row: Decision) -> None:
        if message.previous is None or row.run_id != message.run_id:  # its own work knows what follows from it
            self.log.applied_by_other(message, row)


def _within_a_stamp(row: Decision) -> bool:
    """Was the ticket read so soon after its last change that the update may have overwritten another?"""
    try:
        changed = datetime.fromisoformat(row.ticket_updated_at)
        return (datetime.fromisoformat(row.decided_at) - changed).total_seconds() < STAMP_SECONDS
    except (TypeError, ValueError):  # a stamp in an odd form
        return True


def _unknown(row: Decision) -> UpdateState:
    """One that is still `sending` when another step looks has lost its answer: its process died."""
    return advance(row.update_state, "lose_answer") if row.update_state == "sending" else row.update_state
