"""What our list of tags took away from others within the second of the ticket's stamp is put back, once."""

from __future__ import annotations

import pytest

from app.records.outbox import OutboxEntry
from app.rules.actions.ticket_change import TicketChange
from app.work.messages import IssueFound, TicketDecision, TicketMessage, WriteDelayed, Written
from app.work.tickets.put_back import MOST_TRIES
from app.work.tickets.recover_write import STAMP_SECONDS
from integrations.errors import Conflict, IntegrationError, Invalid, Unavailable, UnknownOutcome
from integrations.zendesk.updates import PUT_BACK_KEY, FoundUpdate
from tests.app.work.tickets.conftest import Steps
from tests.support.fakes import NOW

OURS = "archetype__mention"


def tagged_meanwhile(steps: Steps) -> tuple[TicketMessage, TicketDecision]:
    """The clock stands: the ticket keeps its stamp."""
    message = steps.message()
    decision = steps.decision(message)
    steps.zendesk.change(message.ticket_id, tags=("vip",))
    return message, decision


def tags(steps: Steps, message: TicketMessage) -> set[str]:
    return {*steps.zendesk.read_ticket(message.ticket_id).tags}


def test_in_one_more_update_that_says_for_which_run(steps: Steps) -> None:
    message, decision = tagged_meanwhile(steps)
    assert steps.write(message, decision) == Written(state="done")
    assert {OURS, "vip"} <= tags(steps, message)
    (_, ours), (_, second) = steps.zendesk.updates
    assert (second.metadata[PUT_BACK_KEY], second.comment, second.status) == (message.run_id, None, None)
    assert {*(ours.tags or ()), "vip"} == {*(second.tags or ())}


def test_what_we_remove_ourselves_stays_away(steps: Steps) -> None:
    message = steps.message()
    steps.zendesk.change(message.ticket_id, tags=("read", "vip"))
    decision = steps.decision(message)
    removes = decision.plan.actions[0].model_copy(update={"remove": ("read",)})
    decision = decision.model_copy(update={"plan": decision.plan.model_copy(update={"actions": (removes,)})})
    steps.write(message, decision)
    assert (tags(steps, message) & {"read", "vip"}, len(steps.zendesk.updates)) == ({"vip"}, 1)


@pytest.mark.parametrize(
    "meets",
    [[UnknownOutcome("zendesk", "no answer")], [None, Unavailable("zendesk", "503")]],
    ids=["whose answer was lost", "that put nothing back"],
)
def test_an_update_is_looked_up_and_completed(steps: Steps, meets: list[IntegrationError | None]) -> None:
    message, decision = tagged_meanwhile(steps)
    steps.zendesk.fails += meets
    steps.zendesk.loses += [meets[0] is not None]
    delayed = steps.write(message, decision)
    assert isinstance(delayed, WriteDelayed)
    assert delayed.update == "unknown"
    previous = message.after(decision, IssueFound(), "unknown")
    assert previous.previous is not None
    assert steps.recovery.own(previous, previous.previous) == Written(state="done")
    assert {OURS, "vip"} <= tags(steps, message)


def test_others_may_change_the_ticket_meanwhile(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the second, or later: then the first try meets a conflict."""
    message, decision = tagged_meanwhile(steps)
    reads = steps.zendesk.read_ticket
    left = [("second", 0.0), ("third", 1.0)]

    def read(ticket_id: int) -> object:
        ticket = reads(ticket_id)
        if left and OURS in ticket.tags and len(steps.zendesk.updates) > 0:
            tag, seconds = left.pop(0)
            steps.clock.advance(seconds)
            steps.zendesk.change(ticket_id, tags=(*ticket.tags, tag))
        return ticket

    monkeypatch.setattr(steps.zendesk, "read_ticket", read)
    steps.write(message, decision)
    assert {OURS, "vip", "second", "third"} <= tags(steps, message)


def test_a_ticket_that_never_rests_is_left_to_the_next_attempt(steps: Steps) -> None:
    message, decision = tagged_meanwhile(steps)
    sent = steps.zendesk.update_ticket

    def update(ticket_id: int, change: object) -> object:
        if PUT_BACK_KEY in change.metadata:  # type: ignore[attr-defined]
            steps.zendesk.updates.append((ticket_id, change))  # type: ignore[arg-type]
            raise Conflict("zendesk", "changed again")
        return sent(ticket_id, change)  # type: ignore[arg-type]

    steps.zendesk.update_ticket = update  # type: ignore[assignment, method-assign]
    delayed = steps.write(message, decision)
    assert isinstance(delayed, WriteDelayed)
    assert (delayed.update, len(steps.zendesk.updates)) == ("unknown", 1 + MOST_TRIES)


def test_a_ticket_that_takes_no_update_any_more_stays_as_it_is(steps: Steps) -> None:
    message, decision = tagged_meanwhile(steps)
    sent = steps.zendesk.update_ticket

    def update(ticket_id: int, change: object) -> object:
        if PUT_BACK_KEY in change.metadata:  # type: ignore[attr-defined]
            raise Invalid("zendesk", "the ticket is closed", "ticket_closed")
        return sent(ticket_id, change)  # type: ignore[arg-type]

    steps.zendesk.update_ticket = update  # type: ignore[assignment, method-assign]
    assert steps.write(message, decision) == Written(state="done")


@pytest.mark.parametrize(("age", "looked_up"), [(0.0, True), (STAMP_SECONDS, False)])
def test_a_bulk_job_tells_nothing_of_tags_so_the_audits_are_asked(steps: Steps, age: float, looked_up: bool) -> None:
    """Only where the ticket was read so soon after its last change that a tag could go unseen."""
    message = steps.message()
    steps.clock.advance(age)
    decision = steps.decision(message)
    row = steps.log.about_to_send(decision, TicketChange(add=[OURS]))
    entry = OutboxEntry(row.run_id, row.ticket_id, "k", NOW.isoformat(), False, {}, [*row.tags], "applied", "b", 0.0)
    steps.deps.records.outbox.add(entry)
    steps.log.moved(row, "sending")
    steps.zendesk.runs[message.ticket_id] = {message.run_id: FoundUpdate(("vip",))}
    waits = message.after(decision, IssueFound(), "in_outbox")
    assert waits.previous is not None
    assert steps.recovery.own(waits, waits.previous) == Written(state="done")
    assert ("vip" in tags(steps, message)) is looked_up
