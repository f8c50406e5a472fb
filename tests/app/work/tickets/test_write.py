"""The step that writes: what each answer of Zendesk leads to, and that a step that was cut off writes once."""

from __future__ import annotations

import pytest

from app.records.decisions import UpdateState
from app.records.outbox import OutboxEntry, OutboxState
from app.rules.actions.ticket_change import TicketChange
from app.work.limits.rate_limiter import REASON
from app.work.messages import Ended, IssueFound, WriteConflict, WriteDelayed, Written
from app.work.tickets.recover_write import STAMP_SECONDS
from app.work.tickets.write import REFUSED_WHOLE
from integrations.errors import (
    Conflict,
    IntegrationError,
    Invalid,
    NotFound,
    NotSent,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.zendesk.client import TicketUpdate
from tests.app.work.tickets.conftest import Steps
from tests.support.fakes import NOW

UPDATE = TicketUpdate(updated_stamp="")


@pytest.mark.parametrize(
    ("error", "kind", "update", "state"),
    [
        (None, "written", "applied", "done"),
        (Conflict("zendesk", "changed"), "conflict", "not_applied", "working"),
        (UnknownOutcome("zendesk", "no answer"), "delayed", "unknown", "working"),
        (Unavailable("zendesk", "503"), "delayed", "not_applied", "working"),
        (RateLimited("zendesk", "429", "rate_limited", 2.0), "delayed", "not_applied", "working"),
        (NotSent("zendesk", "the circuit is open", "circuit_open"), "delayed", "not_applied", "working"),
        (NotSent("zendesk", "its limit is used up", REASON), "delayed", "in_outbox", "working"),
        (Refused("zendesk", "not allowed", "forbidden"), "ended", "not_applied", "failed"),
        (Invalid("zendesk", "no such field"), "ended", "not_applied", "failed"),
        (NotFound("zendesk", "gone"), "written", "not_applied", "done"),
    ],
)
def test_what_each_answer_leads_to(
    steps: Steps, error: IntegrationError | None, kind: str, update: UpdateState, state: str
) -> None:
    message = steps.message()
    steps.zendesk.fails += [error] * 2 if isinstance(error, Invalid) else [error] if error else []
    written = steps.write(message, steps.decision(message))
    assert written.kind == kind
    assert (steps.row(message).update_state, steps.row(message).state) == (update, state)
    if isinstance(written, WriteDelayed):
        assert written.update == update
    assert len(steps.deps.records.failures.newest(limit=5)) == (kind == "ended")


def test_a_step_that_is_run_again_finds_its_update_and_does_not_send_a_second_one(steps: Steps) -> None:
    message = steps.message()
    decision = steps.decision(message)
    first = steps.write(message, decision)
    steps.deps.records.decisions.update(message.run_id, update_state="sending", state="working")  # killed meanwhile
    assert steps.write(message, decision) == first == Written(state="done")
    assert len(steps.zendesk.updates) == 1


def test_a_step_that_was_overtaken_after_it_was_cut_off_does_not_write_again(steps: Steps) -> None:
    """Other work on the ticket looked the update up and recorded it, and then this work is taken up again."""
    message = steps.message()
    decision = steps.decision(message)
    steps.write(message, decision)
    assert steps.row(message).state == "done"
    assert steps.write(message, decision) == Written(state="done")
    assert len(steps.zendesk.updates) == 1


def test_a_step_that_was_cut_off_before_it_sent_anything_writes(steps: Steps) -> None:
    message = steps.message()
    decision = steps.decision(message)
    steps.log.about_to_send(decision, TicketChange(add=["archetype__mention"]))
    steps.clock.advance(STAMP_SECONDS)
    assert steps.write(message, decision) == Written(state="done")
    assert len(steps.zendesk.updates) == 1


def test_an_update_that_may_still_be_on_its_way_is_waited_for(steps: Steps) -> None:
    """Two updates within a second leave the ticket with one stamp, which then refuses neither."""
    message = steps.message()
    decision = steps.decision(message)
    steps.log.about_to_send(decision, TicketChange(add=["archetype__mention"]))
    delayed = steps.write(message, decision)
    assert isinstance(delayed, WriteDelayed)
    assert (delayed.update, delayed.fault.reason) == ("unknown", "update_unknown")
    assert steps.zendesk.updates == []


@pytest.mark.parametrize("state", ["waiting", "sent", "applied", "refused"])
def test_a_step_that_was_cut_off_after_it_queued_its_update_leaves_it_to_the_bulk_job(
    steps: Steps, state: OutboxState
) -> None:
    message = steps.message()
    decision = steps.decision(message)
    row = steps.log.about_to_send(decision, TicketChange(add=["archetype__mention"]))
    entry = OutboxEntry(row.run_id, row.ticket_id, "k+1w1", NOW.isoformat(), False, {}, [*row.tags], state)
    steps.deps.records.outbox.add(entry)
    again = steps.write(message, decision)
    assert isinstance(again, WriteDelayed)
    assert (again.fault.reason, again.update) == ("in_bulk_job", "in_outbox")
    assert steps.zendesk.updates == []


def test_a_conflict_with_an_update_of_its_own_that_came_late_is_no_conflict(steps: Steps) -> None:
    message = steps.message()
    decision = steps.decision(message)
    steps.write(message, decision)
    steps.deps.records.decisions.update(message.run_id, update_state="not_applied", state="working")  # looked too early
    steps.clock.advance(2)
    steps.zendesk.change(message.ticket_id, tags=("archetype__mention", "vip"))
    assert steps.write(message, decision) == Written(state="done")
    assert steps.row(message).update_state == "applied"


def test_what_an_earlier_attempt_wrote_stands_though_this_one_decided_otherwise(steps: Steps) -> None:
    message = steps.message()
    first = steps.decision(message)
    steps.write(message, first)
    steps.deps.records.decisions.update(message.run_id, update_state="not_applied", state="working")
    second = steps.decision(message, tags=("archetype__bug_report",))
    steps.clock.advance(2)
    steps.zendesk.change(message.ticket_id)
    written = steps.write(message.after(first, IssueFound(), "not_applied"), second)
    assert isinstance(written, Written)
    assert written.by_previous
    assert steps.row(message).tags == ("archetype__mention",)


def test_a_shadow_decision_is_recorded_and_sends_nothing(steps: Steps) -> None:
    message = steps.message()
    decision = steps.decision(message)
    shadow = decision.model_copy(update={"plan": decision.plan.model_copy(update={"mode": "shadow"})})
    assert steps.write(message, shadow) == Written(state="done")
    assert steps.zendesk.updates == []
    assert (steps.row(message).state, steps.row(message).update_state) == ("done", "not_sent")


def test_a_conflict_means_decide_again(steps: Steps) -> None:
    message = steps.message()
    decision = steps.decision(message)
    steps.clock.advance(2)
    steps.zendesk.change(message.ticket_id, tags=("vip",))
    assert steps.write(message, decision) == WriteConflict()
    assert steps.write(message, steps.decision(message)) == Written(state="done")
    assert steps.zendesk.tickets[message.ticket_id].tags == ("vip", "archetype__mention")


def test_a_run_that_turns_out_needless_does_not_count_as_a_write(steps: Steps) -> None:
    message = steps.message()
    row = steps.log.about_to_send(steps.decision(message), TicketChange(add=["archetype__mention"]))
    written = steps.deps.records.decisions.written
    assert written(message.ticket_id, since="", besides="pm2") == 1
    steps.log.moved(row, "not_applied")
    assert written(message.ticket_id, since="", besides="pm2") == 0
    steps.log.forget_needless(message)
    assert steps.log.of_run(message.run_id, message.ticket_id) is None


SAID = {"base": ("You do not have access",)}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("zendesk", "answered 403", "forbidden", SAID), "zendesk: answered 403: You do not have access"),
        (
            Invalid("zendesk", "answered 422", "http_422", SAID),
            f"zendesk: answered 422: You do not have access. {REFUSED_WHOLE}",
        ),
        (Refused("zendesk", "answered 403", "forbidden"), "zendesk: answered 403"),
        (Invalid("zendesk", "answered 400", "http_400"), f"zendesk: answered 400. {REFUSED_WHOLE}"),
    ],
)
def test_a_refusal_is_told_to_people_in_zendesks_words(steps: Steps, error: IntegrationError, told: str) -> None:
    message = steps.message()
    steps.zendesk.fails += [error] * 9  # without any part of it too
    assert isinstance(steps.write(message, steps.decision(message)), Ended)
    assert [failure.message for failure in steps.deps.records.failures.newest(limit=5)] == [told]


def test_a_ticket_that_will_not_take_it_is_told_to_people_with_the_reason(steps: Steps) -> None:
    message = steps.message()
    steps.zendesk.fails += [Invalid("zendesk", "Status: is not allowed", "record_invalid")] * 2  # without a note too
    assert steps.write(message, steps.decision(message)) == Ended(why="record_invalid")
    (failure,) = steps.deps.records.failures.newest(limit=5)
    assert (failure.step, failure.reason) == ("write", "record_invalid")
