"""How many attempts a piece of work has, and what uses none up."""

from __future__ import annotations

from datetime import UTC, datetime

from app.work.jobs.attempt import next_attempt, retry_work
from app.work.jobs.fault import fault_of
from app.work.jobs.retry_policy import PATIENCE_WITH_AN_OUTAGE, next_wait
from app.work.messages import Fault, Message, Prune
from integrations.errors import Invalid, NotSent, RateLimited, UnknownOutcome

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DOWN = fault_of(RateLimited("gitlab", "too many", "rate_limited", 2.0))
LOST = fault_of(UnknownOutcome("gitlab", "no answer"))
LATER = fault_of(NotSent("gitlab", "its limit is used up", "budget_spent", 7.0))


def after(*faults: Fault) -> Message:
    message: Message = Prune(key="key", accepted_at=NOW)
    for fault in faults:
        message = next_attempt(message, 0.0, fault).message
    return message


def test_attempts_end() -> None:
    assert next_wait(after(*[LOST] * 6), LOST, 8) is not None
    assert next_wait(after(*[LOST] * 7), LOST, 8) is None
    assert next_wait(after(), fault_of(Invalid("gitlab", "no such label")), 8) is None


def test_an_outage_uses_up_its_own_patience_only() -> None:
    assert next_wait(after(*[DOWN] * 50), DOWN, 8) is not None
    assert next_wait(after(*[DOWN] * 50, *[LOST] * 6), LOST, 8) is not None
    assert next_wait(after(*[DOWN] * 50, *[LOST] * 7), LOST, 8) is None
    assert next_wait(after(*[DOWN] * (PATIENCE_WITH_AN_OUTAGE - 1)), DOWN, 8) is None


def test_what_was_not_sent_uses_up_no_attempt() -> None:
    message = after(*[LATER] * 500)
    assert message.attempt == 1
    assert next_wait(message, LATER, 8) == 7.0
    assert next_wait(message, LOST, 8) is not None


def test_every_attempt_has_an_id_of_its_own_and_all_are_one_run() -> None:
    message, ids = after(), {"key"}
    for fault in (LOST, LATER, DOWN, LATER, LATER, LOST):
        following = next_attempt(message, 0.0, fault).message
        assert following.work_id not in ids
        assert following.run_id == message.run_id
        ids.add(following.work_id)
        message = following


def test_a_retry_by_a_person_has_all_its_patience_again_and_is_the_same_run() -> None:
    failed = after(*[DOWN] * 50, *[LOST] * 7)
    message = retry_work(failed, NOW).message
    assert next_wait(message, LOST, 8) is not None
    assert next_wait(message, DOWN, 8) is not None
    assert message.run_id == failed.run_id
    assert message.work_id == "key!1"
