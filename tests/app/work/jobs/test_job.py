"""Steps that fail for now, or for good: what is queued, kept and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from app.records.records import Records
from app.work.jobs.fault import fault_of
from app.work.jobs.job import JobLog, tried, try_later
from app.work.messages import Failed, FollowIssue, Prune, SyncIssues, Wait
from integrations.errors import Invalid, NotFound, Refused, UnknownOutcome
from tests.support.fakes import NOW, FakeEngine, dependencies

LOST = fault_of(UnknownOutcome("gitlab", "no answer"))


def wait_a_second() -> Wait:
    return Wait(seconds=1.0)


def refuse() -> Wait:
    raise Refused("gitlab", "not allowed", "forbidden")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")


def retries() -> float:
    labels = {"service": LOST.service, "reason": LOST.reason}
    return REGISTRY.get_sample_value("pointsman_retries_total", labels) or 0.0


def test_a_steps_answer_comes_back_typed_and_an_adapters_error_as_a_value(records: Records) -> None:
    deps = dependencies(records)
    assert tried(deps, "wait", wait_a_second) == Wait(seconds=1.0)
    failed = tried(deps, "refuse", refuse)
    assert isinstance(failed, Failed)
    assert (failed.fault.reason, failed.fault.retryable) == ("forbidden", False)


def test_what_may_pass_is_queued_again_and_counted(records: Records) -> None:
    engine, before = FakeEngine(), retries()
    deps = dependencies(records, engine=engine)
    try_later(deps, JobLog(deps), Prune(key="k", accepted_at=NOW), "drop", LOST)
    (work,) = engine.works
    assert (work.message.attempt, work.message.key) == (2, "k")
    assert retries() == before + 1
    assert records.failures.newest(limit=1) == []


def test_what_will_never_pass_becomes_a_failure_that_can_be_retried(records: Records) -> None:
    engine, before = FakeEngine(), retries()
    deps = dependencies(records, engine=engine)
    try_later(deps, JobLog(deps), Prune(key="k", accepted_at=NOW), "drop", fault_of(Invalid("gitlab", "no such label")))
    (failure,) = records.failures.newest(limit=5)
    assert engine.works == []
    assert (failure.step, failure.attempts, failure.payload and failure.payload["key"]) == ("prune: drop", 1, "k")
    assert retries() == before


def test_paused_work_is_suspended_and_uses_up_nothing(records: Records) -> None:
    engine = FakeEngine()
    deps = dependencies(records, engine=engine)
    paused = LOST.model_copy(update={"reason": "paused"})
    for _ in range(2):
        try_later(deps, JobLog(deps), Prune(key="k", accepted_at=NOW), "drop", paused)
    assert engine.works == []
    assert records.suspended_work.count() == 1


def test_what_fails_every_minute_is_one_failure_for_each_cause_and_counts(records: Records) -> None:
    deps = dependencies(records)
    missing = fault_of(NotFound("gitlab", "no project a/b", "project_not_found"))
    denied = fault_of(Refused("gitlab", "check the token", "unauthorized"))
    for minute in range(3):
        for path, fault in (("a/b", missing), ("a/c", missing), ("a/b", denied)):
            message = SyncIssues(key=f"cron:sync_issues:{minute}:{path}", accepted_at=NOW, path=path)
            try_later(deps, JobLog(deps), message, "sync", fault)
    open_ = records.failures.newest(limit=9)
    assert [(one.reason, one.attempts) for one in open_] == [
        ("unauthorized", 3),
        ("project_not_found", 3),
        ("project_not_found", 3),
    ]


def test_a_cause_that_people_ignore_stays_ignored_and_one_that_was_retried_is_open_again(records: Records) -> None:
    deps, fault = dependencies(records), fault_of(Refused("gitlab", "check the token", "unauthorized"))
    for minute, (state, expected) in enumerate([("open", "open"), ("ignored", "ignored"), ("retried", "open")]):
        for known in records.failures.newest(limit=1, state=None):
            if state == "ignored":
                assert records.failures.ignore(known.id or 0, "known")
            if state == "retried":
                with records.engine.begin() as connection:
                    records.failures.mark_retried(connection, [known.id or 0])
        try_later(deps, JobLog(deps), Prune(key=f"cron:prune:{minute}", accepted_at=NOW), "drop", fault)
        (found,) = records.failures.newest(limit=9, state=None)
        assert found.state == expected
        assert (found.because == "known") == (expected == "ignored")


def test_work_that_comes_once_has_a_failure_of_its_own(records: Records) -> None:
    deps, fault = dependencies(records), fault_of(Refused("gitlab", "check the token", "unauthorized"))
    for number in range(2):
        message = FollowIssue(key=f"gl:{number}", accepted_at=NOW, project_id=1, iid=number)
        try_later(deps, JobLog(deps), message, "look", fault)
    assert len(records.failures.newest(limit=9)) == 2
