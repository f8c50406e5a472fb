"""The step that writes the ticket: one PUT with tags, status, comment and metadata, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.records.decisions import Decision
from app.rules.actions import ACTIONS
from app.rules.actions.action import Action
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.actions.ticket_change import ActionOutcome, ActionState, TicketChange
from app.triage.plan import Plan
from app.work.bulk.outbox import Outbox, queued_fault
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import fault_of
from app.work.messages import (
    Ended,
    Fault,
    FindResult,
    TicketDecision,
    TicketMessage,
    WriteConflict,
    WriteDelayed,
    WriteResult,
    Written,
)
from app.work.tickets.assignees import AssigneeCache
from app.work.tickets.compose import compose
from app.work.tickets.recover_write import WriteRecovery
from app.work.tickets.refused_parts import Refusals, leave_unassigned, said
from app.work.tickets.render import ticket_update
from app.work.update_state import MAY_BE_APPLIED, advance
from integrations.errors import Conflict, IntegrationError, Invalid, NotFound, Refused, UnknownOutcome
from integrations.zendesk.client import TicketUpdate

REFUSED_WHOLE = "Zendesk refuses it without any single part too: mend the ticket's form or its fields, then retry."
REPLIES_PAUSED = "Replies are paused, so the answer was not sent."


@dataclass(frozen=True)
class TicketWriter:
    deps: Dependencies
    log: DecisionLog
    outbox: Outbox
    recovery: WriteRecovery
    assignees: AssigneeCache

    def write(self, message: TicketMessage, decision: TicketDecision, found: FindResult) -> WriteResult:
        before = self.log.of_run(decision.run_id, message.ticket_id)
        if before and self.deps.records.outbox.of(decision.run_id):  # cut off after it was queued
            return WriteDelayed(fault=queued_fault(), update="in_outbox")
        decision = self._as_of_now(decision, found)
        change = compose(decision, found.found, self.deps.rulebook.by_hash(decision.config_hash))
        if decision.plan.mode == "shadow":
            return self.log.recorded(message, decision, change.outcomes)
        cut_off = before if before and before.update_state in {*MAY_BE_APPLIED, "applied"} else None
        try:
            if cut_off and self._was_applied(cut_off):
                return self.log.applied(message, decision, cut_off, found)
            update = self._update(decision, change)
        except IntegrationError as error:
            return WriteDelayed(fault=fault_of(error), update="unknown" if cut_off else "not_applied")
        row = self.log.about_to_send(decision, change)
        sent: WriteResult | _Arrived | Decision
        if self.deps.engine.was_refused():  # an action's cap, which was free when it was planned
            self.log.moved(row, advance("sending", "refuse"))
            sent = WriteConflict()
        elif message.goes_in_bulk and not row.marks_spam:
            self.outbox.queue(message, row, update, "sending")
            sent = WriteDelayed(fault=queued_fault(), update="in_outbox")
        else:
            sent = self._send(message, decision, change, update, row)
        if isinstance(sent, _Arrived):
            sent = self._applied_before(message, None if cut_off else before) or row
        return self.log.applied(message, decision, sent, found) if isinstance(sent, Decision) else sent

    def _as_of_now(self, decision: TicketDecision, found: FindResult) -> TicketDecision:
        """With what the trace says of redaction, and without sent replies while these are paused."""
        if found.found.removed:
            decision = decision.model_copy(update={"trace": (*decision.trace, _redacted(found.found.removed))})
        if self.deps.pause.paused("replies"):
            decision = decision.model_copy(update={"plan": without_replies(decision.plan)})
        return decision

    def _was_applied(self, cut_off: Decision) -> bool:
        """This step was cut off before: the update may be there. Raises IntegrationError.

        Its stamp would not stop a second one: a ticket that changes twice within a second keeps its `updated_at`.
        """
        if cut_off.is_applied or self.recovery.was_applied(cut_off):
            return True
        self.recovery.wait_until_refused(cut_off)
        return False

    def _send(
        self,
        message: TicketMessage,
        decision: TicketDecision,
        change: TicketChange,
        update: TicketUpdate,
        row: Decision,
        *,
        refusals: Refusals | None = None,
    ) -> WriteResult | _Arrived | Decision:
        """What Zendesk took; `_Arrived`: an update of this run came first; else what it means for the work."""
        overwritten: tuple[str, ...] = ()
        try:
            if decision.ticket.status == "closed":
                self._follow_up(decision, update)
            else:
                overwritten = self.deps.zendesk.update_ticket(decision.ticket.id, update).overwritten
        except Conflict:
            return self._after_conflict(row)
        except (NotFound, Invalid) as error:
            self.log.moved(row, advance("sending", "refuse"))
            return self._after_refusal(message, decision, refusals or Refusals(change), row, error)
        except UnknownOutcome as error:
            return self._unknown(row, error)
        except IntegrationError as error:
            return self._not_sent(message, update, row, error)
        try:
            self.recovery.complete(row, overwritten)
        except IntegrationError as error:
            # The update is there: the next attempt finds it, and only completes it.
            return self._unknown(row, error)
        return row

    def _after_refusal(
        self,
        message: TicketMessage,
        decision: TicketDecision,
        refusals: Refusals,
        row: Decision,
        error: NotFound | Invalid,
    ) -> WriteResult | _Arrived | Decision:
        """Without the part that Zendesk refuses, if there is one: it must not cost tags and note."""
        closed = error.reason == "ticket_closed" or decision.ticket.status == "closed"
        change = None if isinstance(error, NotFound) or closed else refusals.next(error)
        if change is None:
            return self._refused(message, row, error)
        try:
            update = self._update(decision, change)
        except IntegrationError as failed:
            return WriteDelayed(fault=fault_of(failed), update="not_applied")
        row = self.log.about_to_send(decision, change)
        return self._send(message, decision, change, update, row, refusals=refusals)

    def _unknown(self, row: Decision, error: IntegrationError) -> WriteDelayed:
        self.log.moved(row, advance("sending", "lose_answer"))
        return WriteDelayed(fault=fault_of(error), update="unknown")

    def _not_sent(
        self, message: TicketMessage, update: TicketUpdate, row: Decision, error: IntegrationError
    ) -> WriteDelayed | Ended:
        fault = fault_of(error)
        self.log.moved(row, advance("sending", "refuse"))
        if not fault.retryable:
            self.log.gave_up(message, "write", _explained(error))
            return Ended(why=fault.reason)
        if not self.outbox.takes(row, error):
            return WriteDelayed(fault=fault, update="not_applied")
        self.outbox.queue(message, row, update, "not_applied")
        return WriteDelayed(fault=fault, update="in_outbox")

    def _follow_up(self, decision: TicketDecision, update: TicketUpdate) -> None:
        """Nothing can be changed in a closed ticket: a new one that follows it carries the news."""
        ticket = decision.ticket
        self.deps.zendesk.create_follow_up(
            ticket.id,
            run_id=decision.run_id,
            requester_id=ticket.requester_id,
            subject=ticket.subject or f"About ticket {ticket.id}",
            html_body=update.comment.html_body if update.comment else "",
            tags=tuple(tag for tag in update.tags or () if tag not in ticket.tags),
        )

    def _after_conflict(self, row: Decision) -> WriteResult | _Arrived:
        """Who changed the ticket may be this very run: an update whose answer was lost can be applied late."""
        try:
            if self.recovery.was_applied(row):
                return _Arrived()
        except IntegrationError as error:
            return self._unknown(row, error)
        self.log.moved(row, advance("sending", "refuse"))
        return WriteConflict()

    def _applied_before(self, message: TicketMessage, earlier: Decision | None) -> Written | None:
        """The ticket has what an earlier attempt decided and found: a link that was found since must still follow."""
        if earlier is None or message.previous is None:
            return None
        self.deps.records.decisions.save(earlier)
        previous = message.previous
        written = self.log.applied(message, previous.decision, earlier, previous.found)
        return written.model_copy(update={"by_previous": True})

    def _update(self, decision: TicketDecision, change: TicketChange) -> TicketUpdate:
        """A group or agent that Zendesk does not have costs the assignment, not the tags: the note says so."""
        limits = self.deps.rulebook.by_hash(decision.config_hash).routing.limits
        group_id = agent_id = None
        try:
            group_id = self.assignees.group(change.group) if change.group else None
            agent_id = self.assignees.agent(change.assignee) if change.assignee else None
        except (NotFound, Invalid) as error:
            wanted = " / ".join(name for name in (change.group, change.assignee) if name)
            leave_unassigned(change, f"Zendesk has no {wanted}, which routing.yaml names", error)
        return ticket_update(decision, change, group_id, agent_id, note_limit=limits.note_characters)

    def _refused(self, message: TicketMessage, row: Decision, error: NotFound | Invalid) -> Ended | Written:
        """Visible and explained, and not tried again: the ticket will not take it."""
        gone = isinstance(error, NotFound)
        if isinstance(error, Invalid) and error.reason != "ticket_closed":
            fault = _explained(error)
            why = f"{fault.message}. {REFUSED_WHOLE}"
            self.log.gave_up(message, "write", fault.model_copy(update={"message": why}))
            actions = [one.as_json() for one in _not_done(row, said(error), "failed")]
            self.deps.records.decisions.update(row.run_id, actions=actions)
            return Ended(why=error.reason)
        why = "the ticket is gone" if gone else "the ticket was closed meanwhile"
        return self.log.finished(message, row, _not_done(row, why, "skipped"))


def _explained(error: IntegrationError) -> Fault:
    """With Zendesk's own words, for those who may see the ticket."""
    fault = fault_of(error)
    if not isinstance(error, Invalid | Refused) or not error.fields:
        return fault
    return fault.model_copy(update={"message": f"{fault.message}: {said(error)}"})


def _not_done(row: Decision, why: str, state: ActionState) -> list[ActionOutcome]:
    """The update is not in the ticket. What was done in GitLab is, whatever became of it."""
    kept = {action.name() for action in ACTIONS if action.looks_up}
    outcomes = [ActionOutcome(**action) for action in row.actions]
    return [one if one.kind in kept else replace(one, state=state, detail=why) for one in outcomes]


class _Arrived:
    """The ticket has an update of this run already."""


def without_replies(plan: Plan) -> Plan:
    """While replies are paused, one that would be sent is suggested, and the note says why."""
    if not any(isinstance(action, Reply) and action.acts for action in plan.actions):
        return plan
    return plan.model_copy(update={"actions": tuple(_suggested(action) for action in plan.actions)})


def _suggested(action: Action) -> Action:
    if isinstance(action, Reply):
        return action.skipped("replies are paused")
    return action.and_next(REPLIES_PAUSED) if isinstance(action, Note) else action


def _redacted(removed: Mapping[str, int]) -> dict[str, object]:
    """What did not leave Zendesk, by kind, never by value."""
    said = ", ".join(f"{kind} ({count})" for kind, count in sorted(removed.items()))
    return {"asked": "redaction", "matched": True, "removed": dict(removed), "detail": f"kept out of GitLab: {said}"}
