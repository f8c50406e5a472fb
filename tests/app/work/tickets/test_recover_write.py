"""Updates whose answer was lost: looked up before anything else, and done once, whatever came of them."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from app.records.decisions import UpdateState
from app.records.outbox import OutboxEntry, OutboxState
from app.rules.actions.ticket_change import TicketChange
from app.work.messages import IssueFound, NotApplied, TicketMessage, Written
from app.work.tickets.recover_write import STAMP_SECONDS
from integrations.errors import NotSent, Unavailable, UnknownOutcome
from integrations.zendesk.updates import FoundUpdate
from tests.app.work.tickets.conftest import Steps
from tests.support.fakes import NOW
from tests.support.work import triage


def lost(steps: Steps, *, applied: bool) -> TicketMessage:
    """A message whose update was sent, and whose answer never came."""
    message = steps.message()
    decision = steps.decision(message)
    steps.zendesk.fails.append(UnknownOutcome("zendesk", "no answer"))
    steps.zendesk.loses.append(applied)
    steps.write(message, decision)
    return message.after(decision, IssueFound(), "unknown")


def own(steps: Steps, message: TicketMessage) -> Written | NotApplied:
    assert message.previous is not None
    return steps.recovery.own(message, message.previous)


@pytest.mark.parametrize(
    ("applied", "result", "state"),
    [(True, Written(state="done"), "applied"), (False, NotApplied(), "not_applied")],
)
def test_its_own_update_is_looked_up(
    steps: Steps, applied: bool, result: Written | NotApplied, state: UpdateState
) -> None:
    message = lost(steps, applied=applied)
    assert steps.row(message).update_state == "unknown"
    assert own(steps, message) == result
    assert steps.row(message).update_state == state
    assert own(steps, message) == result, "a step that is run again answers the same"
    assert len(steps.zendesk.updates) == 1


def test_while_nobody_can_tell_nothing_is_decided(steps: Steps) -> None:
    message = lost(steps, applied=True)
    steps.zendesk.audits_fail = Unavailable("zendesk", "503")
    with pytest.raises(Unavailable):
        own(steps, message)
    with pytest.raises(Unavailable):
        steps.recovery.before_reading(message)
    assert steps.row(message).update_state == "unknown"


@pytest.mark.parametrize("left", ["unknown", "sending"])
@pytest.mark.parametrize("applied", [True, False])
def test_other_work_on_the_ticket_finds_out_first(steps: Steps, left: UpdateState, applied: bool) -> None:
    """`sending`: the process died over it."""
    message = lost(steps, applied=applied)
    steps.deps.records.decisions.update(message.run_id, update_state=left)
    steps.clock.advance(STAMP_SECONDS)
    other = triage("zd:2", message.ticket_id, "ticket.updated", steps.clock()).message
    assert isinstance(other, TicketMessage)
    assert steps.recovery.before_reading(other) is False, "that other run has written nothing"
    row = steps.row(message)
    assert (row.update_state, row.state) == (("applied", "done") if applied else ("not_applied", "working"))


def test_an_update_that_may_still_arrive_is_waited_for(steps: Steps) -> None:
    message = lost(steps, applied=False)
    with pytest.raises(NotSent) as waits:
        steps.recovery.before_reading(message)
    steps.clock.advance(waits.value.retry_after or 0.0)
    steps.recovery.before_reading(message)
    assert steps.row(message).update_state == "not_applied"


@pytest.mark.parametrize("by_own", [True, False])
def test_an_update_that_arrives_after_it_was_taken_for_lost_is_known(steps: Steps, by_own: bool) -> None:
    message = lost(steps, applied=False)
    steps.clock.advance(STAMP_SECONDS)
    steps.recovery.before_reading(message)
    number, update = steps.zendesk.updates[0]
    steps.zendesk.apply(number, update)
    steps.zendesk.change(number, tags=("pointsman_done", "archetype__mention"))
    later = message if by_own else triage("zd:2", number, "ticket.updated", steps.clock()).message
    assert isinstance(later, TicketMessage)
    assert steps.recovery.after_reading(later, steps.zendesk.read_ticket(number)) is by_own
    assert steps.row(message).update_state == ("not_applied" if by_own else "applied")


def queued(steps: Steps, state: OutboxState, *, applied: bool = False, until: float = 0.0) -> TicketMessage:
    """A message whose update waits in the outbox, and what became of it there."""
    message = steps.message()
    decision = steps.decision(message)
    row = steps.log.about_to_send(decision, TicketChange(add=["archetype__mention"]))
    if applied:
        steps.zendesk.runs[message.ticket_id] = {message.run_id: FoundUpdate()}
    entry = OutboxEntry(row.run_id, row.ticket_id, "k", NOW.isoformat(), False, {}, [*row.tags], state, "b", until)
    steps.deps.records.outbox.add(entry)
    steps.log.moved(row, "in_outbox" if state == "waiting" else "sending")
    return message.after(decision, IssueFound(), "in_outbox")


@pytest.mark.parametrize(
    ("state", "applied", "update"),
    [
        ("waiting", False, "not_applied"),
        ("sent", True, "applied"),
        ("sent", False, "not_applied"),
        ("applied", True, "applied"),
        ("refused", False, "not_applied"),
    ],
)
def test_what_became_of_an_update_in_the_outbox(
    steps: Steps, state: OutboxState, applied: bool, update: UpdateState
) -> None:
    message = queued(steps, state, applied=applied)
    assert isinstance(own(steps, message), Written) is applied
    assert steps.row(message).update_state == update
    assert steps.deps.records.outbox.of(message.run_id) is None
    assert isinstance(own(steps, message), Written) is applied, "a step that is run again answers the same"


def test_a_bulk_job_that_may_be_writing_the_ticket_is_waited_for(steps: Steps) -> None:
    message = queued(steps, "sent", until=NOW.timestamp() + 60)
    with pytest.raises(NotSent):
        own(steps, message)
    with pytest.raises(NotSent):
        steps.recovery.before_reading(message)
    steps.clock.advance(61)
    assert own(steps, message) == NotApplied()


@pytest.mark.parametrize(("state", "until", "blocks"), [("sent", 1, True), ("sent", 0, False), ("applied", 1, False)])
def test_other_work_waits_for_a_bulk_job_and_not_for_what_became_of_it(
    steps: Steps, state: OutboxState, until: float, blocks: bool
) -> None:
    """Nothing may hold a ticket for ever, whatever happened to the work that should come back for its update."""
    message = queued(steps, state, until=NOW.timestamp() + until)
    with pytest.raises(NotSent) if blocks else nullcontext():
        steps.outbox.take_back(message.ticket_id)


def test_an_update_that_waits_is_taken_back_before_the_ticket_is_decided_again(steps: Steps) -> None:
    message = queued(steps, "waiting")
    assert steps.recovery.before_reading(message) is False
    assert steps.deps.records.outbox.of(message.run_id) is None
    assert steps.row(message).update_state == "not_applied"
