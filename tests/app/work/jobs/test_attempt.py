"""How many tries a piece of work has, and what uses none up."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from prometheus_client import REGISTRY

from app.work.engine.engine import JSON
from app.work.jobs.attempt import next_attempt, payload_of, plan_again, planned_wait, retry_work
from app.work.jobs.fault import fault_of
from app.work.jobs.retry_policy import PATIENCE_WITH_AN_OUTAGE
from integrations.errors import Invalid, NotSent, RateLimited, UnknownOutcome

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DOWN = asdict(fault_of(RateLimited("gitlab", "too many", "rate_limited", 2.0)))
LOST = asdict(fault_of(UnknownOutcome("gitlab", "no answer")))
LATER = asdict(fault_of(NotSent("gitlab", "its limit is used up", "budget_spent", 7.0)))


def after(*faults: JSON) -> JSON:
    payload = payload_of("triage_ticket", "key", "lane", NOW)
    for fault in faults:
        payload = dict(next_attempt(payload, 0.0, fault).payload)
    return payload


def test_tries_end() -> None:
    assert planned_wait(after(*[LOST] * 6), LOST, 8) is not None
    assert planned_wait(after(*[LOST] * 7), LOST, 8) is None
    assert planned_wait(after(), asdict(fault_of(Invalid("gitlab", "no such label"))), 8) is None


def test_an_outage_uses_up_its_own_patience_only() -> None:
    assert planned_wait(after(*[DOWN] * 50), DOWN, 8) is not None
    assert planned_wait(after(*[DOWN] * 50, *[LOST] * 6), LOST, 8) is not None
    assert planned_wait(after(*[DOWN] * 50, *[LOST] * 7), LOST, 8) is None
    assert planned_wait(after(*[DOWN] * (PATIENCE_WITH_AN_OUTAGE - 1)), DOWN, 8) is None


def test_what_was_not_sent_is_no_try() -> None:
    payload = after(*[LATER] * 500)
    assert payload["attempt"] == 1
    assert planned_wait(payload, LATER, 8) == 7.0
    assert planned_wait(payload, LOST, 8) is not None


def test_what_is_put_off_is_counted_and_what_is_given_up_is_not() -> None:
    before = put_off()
    assert plan_again(after(), LOST, 8)["wait"] is not None
    assert plan_again(after(*[LOST] * 7), LOST, 8) == {"wait": None}
    assert put_off() == before + 1


def put_off() -> float:
    labels = {"service": LOST["service"], "reason": LOST["reason"]}
    return REGISTRY.get_sample_value("pointsman_retries_total", labels) or 0.0


def test_every_try_has_a_key_of_its_own() -> None:
    payload, keys = payload_of("triage_ticket", "key", "lane", NOW), {"key"}
    for fault in (LOST, LATER, DOWN, LATER, LATER, LOST):
        work = next_attempt(payload, 0.0, fault)
        assert work.key not in keys
        keys.add(work.key)
        payload = dict(work.payload)


def test_a_retry_by_hand_has_all_its_patience_again() -> None:
    payload = retry_work(after(*[DOWN] * 50, *[LOST] * 7), NOW).payload
    assert planned_wait(payload, LOST, 8) is not None
    assert planned_wait(payload, DOWN, 8) is not None
