"""The step that writes the ticket: one PUT with tags, status, comment and metadata, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from app.records.decisions import FOLLOWING, Decision
from app.rulebook import Rulebook
from app.triage.actions import Action, Note, Plan, Reply
from app.work.bulk.outbox import Parking, busy
from app.work.engine.engine import JSON
from app.work.jobs.attempt import MADE
from app.work.jobs.fault import fault_of
from app.work.jobs.pause import Pausing
from app.work.jobs.retry_policy import Fault
from app.work.lookups import Assignees
from app.work.messages import Decided, Found
from app.work.tickets.compose import Draft, Outcome, Passage, draft
from app.work.tickets.decision_log import Recorder
from app.work.tickets.recover_write import mark_as_spam, wait_for_another_stamp, was_applied
from app.work.tickets.render import ticket_update
from app.work.tickets.workflow import link_payload
from integrations.errors import Conflict, IntegrationError, Invalid, NotFound, NotSent, UnknownOutcome
from integrations.zendesk.client import TicketUpdate, ZendeskClient

REPLIES_PAUSED = "Replies are paused: this one is not sent, only suggested."


@dataclass(frozen=True)
class Writing:
    zendesk: Callable[[], ZendeskClient]
    assignees: Assignees
    recorder: Recorder
    rulebook: Rulebook
    pausing: Pausing
    parking: Parking

    def write(self, delivery: JSON, decided: Decided, found_json: JSON) -> JSON:
        """`{"state"}`, `{"conflict": True}` to decide again, or `{"fault"}` to try later."""
        if self.parking.waiting.of(decided.run_id):  # cut off after it was parked: a bulk job may have sent it
            return {"fault": asdict(fault_of(busy())), "parked": True}
        found = Found.model_validate(found_json.get("found", {}))
        if found.removed:
            decided = decided.model_copy(update={"trace": (*decided.trace, _redacted(found.removed))})
        if self.pausing.paused("replies"):
            decided = decided.model_copy(update={"plan": without_replies(decided.plan)})
        made = draft(decided, found, self.rulebook.by_hash(decided.config_hash))
        if decided.plan.mode == "shadow":
            return self.recorder.finished(delivery, self.recorder.only_recorded(decided, made.outcomes), made.outcomes)
        begun = self.recorder.begun(decided.run_id)
        try:
            # This step was cut off before: the update may be there. Its stamp would not stop a second one, because a
            # ticket that changes twice within a second keeps its `updated_at`.
            if begun:
                if was_applied(self.zendesk(), begun):
                    return self._done(delivery, decided, begun, found_json)
                wait_for_another_stamp(begun, self.recorder.now())
            update = self._update(decided, made)
        except IntegrationError as error:
            return {"fault": asdict(fault_of(error)), "unsettled": begun is not None}
        earlier = self.recorder.written(decided.run_id) if MADE in delivery and not begun else None
        row = self.recorder.about_to_write(decided, made.outcomes, made.add)
        sent = self._send(delivery, decided, update, row)
        if sent and sent.get("arrived"):
            sent = self._done_before(delivery, earlier) if earlier else None
        return sent or self._done(delivery, decided, row, found_json)

    def settle(self, delivery: JSON, decided: Decided, found_json: JSON) -> JSON:
        """After a lost answer: `{"applied": False}`, or with True what `write` would have answered; or `{"fault"}`."""
        row = self.recorder.written(decided.run_id)
        try:
            if row is None or not was_applied(self.zendesk(), row):
                self.recorder.not_written(decided.run_id)
                return {"applied": False}
        except IntegrationError as error:
            return {"fault": asdict(fault_of(error))}
        return {**self._done(delivery, decided, row, found_json), "applied": True}

    def collect(self, delivery: JSON, decided: Decided, found_json: JSON) -> JSON:
        """What became of an update that waited for a bulk job: as `settle` answers."""
        waited = self.parking.waiting.of(decided.run_id)
        row = self.recorder.written(decided.run_id)
        if waited is None or self.parking.waiting.take_back(decided.run_id):
            was_cut_off = waited is None and row and row.is_written
            done = self._done(delivery, decided, row, found_json) if was_cut_off and row else {}
            return {**done, "applied": bool(done)}
        if waited.state == "waiting" or (waited.state == "sent" and not self.parking.is_over(waited)):
            return {"fault": asdict(fault_of(busy()))}
        if waited.state == "sent" or row is None:
            settled = self.settle(delivery, decided, found_json)
        elif waited.state == "applied":
            settled = {**self._done(delivery, decided, row, found_json), "applied": True}
        else:
            self.recorder.not_written(decided.run_id)
            settled = {"applied": False}
        if "fault" not in settled:
            self.parking.waiting.drop(decided.run_id)
        return settled

    def _send(self, delivery: JSON, decided: Decided, update: TicketUpdate, row: Decision) -> JSON | None:
        """None when Zendesk took it; `{"arrived"}` when one of this run came first; else what it means for the work."""
        try:
            if decided.ticket.status == "closed":
                self._follow_up(decided, update)
            else:
                self.zendesk().update_ticket(decided.ticket.id, update)
        except Conflict:
            return self._after_conflict(decided, row)
        except (NotFound, Invalid) as error:
            return self._never(delivery, row, error)
        except UnknownOutcome as error:
            # The row stays `writing`: the next try looks for the run id before it writes.
            return {"fault": asdict(fault_of(error)), "unsettled": True}
        except IntegrationError as error:
            return self._not_carried_out(delivery, decided, update, row, error)
        if row.marks_spam:
            try:
                mark_as_spam(self.zendesk(), decided.ticket.id)
            except IntegrationError as error:
                # The update is there: the next try finds it, and only marks.
                return {"fault": asdict(fault_of(error)), "unsettled": True}
        return None

    def _not_carried_out(
        self, delivery: JSON, decided: Decided, update: TicketUpdate, row: Decision, error: IntegrationError
    ) -> JSON:
        self.recorder.not_written(decided.run_id)
        fault = fault_of(error)
        if not fault.retryable:
            return self.recorder.failed(delivery, "write", fault)
        parked = isinstance(error, NotSent) and self.parking.may_wait(decided, row, error)
        if parked:
            self.parking.park(delivery, row, update)
        return {"fault": asdict(fault), "parked": parked}

    def _follow_up(self, decided: Decided, update: TicketUpdate) -> None:
        """Nothing can be changed in a closed ticket: a new one that follows it carries the news."""
        self.zendesk().create_follow_up(
            decided.ticket.id,
            run_id=decided.run_id,
            requester_id=decided.ticket.requester_id,
            subject=decided.ticket.subject or f"About ticket {decided.ticket.id}",
            html_body=update.comment.html_body if update.comment else "",
            tags=tuple(tag for tag in update.tags or () if tag not in decided.ticket.tags),
        )

    def _after_conflict(self, decided: Decided, row: Decision) -> JSON:
        """Who changed the ticket may be this very run: an update whose answer was lost can be applied late."""
        try:
            if was_applied(self.zendesk(), row):
                return {"arrived": True}
        except IntegrationError as error:
            return {"fault": asdict(fault_of(error)), "unsettled": True}
        self.recorder.not_written(decided.run_id)
        return {"conflict": True}

    def _update(self, decided: Decided, made: Draft) -> TicketUpdate:
        """A group or agent that Zendesk does not have costs the assignment, not the tags: the note says so."""
        limits = self.rulebook.by_hash(decided.config_hash).routing.limits
        group_id = agent_id = None
        try:
            group_id = self.assignees.group(made.group) if made.group else None
            agent_id = self.assignees.agent(made.assignee) if made.assignee else None
        except (NotFound, Invalid) as error:
            wanted = " / ".join(name for name in (made.group, made.assignee) if name)
            made.note.append(Passage(f"Zendesk has no {wanted} to assign this to; routing.yaml names it."))
            made.outcomes = [
                replace(one, state="failed", detail=error.message) if one.kind in {"assign", "forward"} else one
                for one in made.outcomes
            ]
        return ticket_update(decided, made, group_id, agent_id, note_limit=limits.note_characters)

    def _done(self, delivery: JSON, decided: Decided, row: Decision, found_json: JSON) -> JSON:
        """The update is in the ticket: record it, and say what follows."""
        wave = self._may_be_a_wave(decided)
        if "broken" in found_json:
            payload = link_payload(delivery, decided.model_dump(mode="json"))
            self.recorder.failure(payload, "find", Fault(**found_json["broken"]))
        if "fault" in found_json:
            return {**self.recorder.waits_for_link(row), "wave": wave}
        outcomes = [Outcome(**action) for action in row.actions]
        return {**self.recorder.finished(delivery, row, outcomes), "solves": decided.parent, "wave": wave}

    def _done_before(self, delivery: JSON, earlier: Decision) -> JSON:
        """The ticket has what an earlier try decided and found: a link that was found since must still follow."""
        self.recorder.records.decisions.save(earlier)
        decided = Decided.model_validate(delivery[MADE]["decided"]["decided"])
        return {**self._done(delivery, decided, earlier, delivery[MADE]["found"]), "before": True}

    def _may_be_a_wave(self, decided: Decided) -> str:
        """The archetype, if many of it at once are told to the chat; only for a ticket's own verdict."""
        watched = {one.archetype for one in self.rulebook.current().routing.chat.waves}
        is_news = decided.event in FOLLOWING
        return decided.archetype if decided.archetype in watched and not is_news else ""

    def _never(self, delivery: JSON, row: Decision, error: NotFound | Invalid) -> JSON:
        """Visible and explained, and not tried again: the ticket will not take it."""
        self.recorder.never_written(row.run_id)
        gone = isinstance(error, NotFound)
        if not gone and error.reason != "ticket_closed":
            return self.recorder.failed(delivery, "write", fault_of(error))
        why = "the ticket is gone" if gone else "the ticket was closed meanwhile"
        kept = {"issue", "incident"}  # these were done in GitLab, whatever became of the ticket
        outcomes = [Outcome(**action) for action in row.actions]
        return self.recorder.finished(
            delivery, row, [one if one.kind in kept else replace(one, state="skipped", detail=why) for one in outcomes]
        )


def without_replies(plan: Plan) -> Plan:
    """While replies are paused, one that would be sent is suggested, and the note says why."""
    if not any(isinstance(action, Reply) and action.sent for action in plan.wanted()):
        return plan
    return plan.model_copy(update={"actions": tuple(_suggested(action) for action in plan.actions)})


def _suggested(action: Action) -> Action:
    if isinstance(action, Reply):
        return action.model_copy(update={"sent": False})
    if isinstance(action, Note):
        return action.model_copy(update={"sentences": (*action.sentences, REPLIES_PAUSED)})
    return action


def _redacted(removed: Mapping[str, int]) -> JSON:
    """What did not leave Zendesk, by kind, never by value."""
    said = ", ".join(f"{kind} ({count})" for kind, count in sorted(removed.items()))
    return {"asked": "redaction", "matched": True, "removed": dict(removed), "detail": f"kept out of GitLab: {said}"}
