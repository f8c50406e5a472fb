"""What cannot succeed ends in a list with all its tries; a retry goes on from the failed step and repeats nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from integrations.sandbox import Fault
from tests.e2e.test_following import link, reported
from tests.support.harness import ASKED_EVERY, PROJECT, Harness, wait_until

PRAISE = "@gitlab thank you for the great release!"
BUG = "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3"
OTHER_BUG = "@gitlab after 10.7 the LDAP sync fails with an error for nested groups, with 10.6 it was fine"
TICKET = r"/api/v2/tickets/\d+(\.json)?"
ISSUES = r"/api/v4/projects/[^/]+/issues"


def failures(harness: Harness, ticket_id: int | None, **query: str) -> list[dict[str, Any]]:
    found = harness.desk("/api/failures", params=query).json()["failures"]
    return [one for one in found if one["ticket_id"] == ticket_id]


def failure(harness: Harness, ticket_id: int) -> dict[str, Any]:
    wait_until(lambda: failures(harness, ticket_id), pause=ASKED_EVERY)
    harness.idle()
    (found,) = failures(harness, ticket_id)
    return found


def retry(harness: Harness, failure_id: int) -> None:
    assert harness.desk(f"/api/failures/{failure_id}/retry", "POST").status_code == 202
    harness.idle()


def notes(harness: Harness, ticket_id: int) -> list[dict[str, Any]]:
    comments: list[dict[str, Any]] = harness.sandbox.zendesk.ticket(ticket_id)["comments"]
    return comments[1:]


def issues_about(harness: Harness, words: str) -> list[dict[str, Any]]:
    return [issue for issue in harness.sandbox.gitlab.issues(PROJECT) if words in issue["description"]]


def test_a_ticket_that_cannot_be_read_fails_at_deciding_and_is_decided_by_the_retry(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    assert (found["step"], found["reason"], found["source"]) == ("decide", "forbidden", "zendesk")
    assert [(one["number"], one["step"], one["reason"]) for one in found["tries"]] == [(1, "decide", "forbidden")]
    retry(harness, found["id"])
    assert len(notes(harness, ticket_id)) == 1
    assert failures(harness, ticket_id) == []


def test_every_try_is_kept_with_its_time_and_reason(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    path = rf"/api/v2/tickets/{ticket_id}(\.json)?"
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=path, times=1, kind="status", status=503))
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=path, times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    assert [(one["number"], one["step"]) for one in found["tries"]] == [(1, "decide"), (2, "write")]
    assert all(one["at"] and one["message"] for one in found["tries"])
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=path, times=1, kind="status", status=403))
    retry(harness, found["id"])
    again = failure(harness, ticket_id)
    assert again["id"] == found["id"], "the same failure, open again"
    assert [(one["generation"], one["number"]) for one in again["tries"]] == [(0, 1), (0, 2), (1, 1)]
    retry(harness, again["id"])
    assert len(notes(harness, ticket_id)) == 1


def test_a_retry_that_has_to_wait_again_is_not_lost(harness: Harness) -> None:
    """Its second try had the same name as the first generation's, which the queue knew."""
    ticket_id = harness.ticket(PRAISE)
    path = rf"/api/v2/tickets/{ticket_id}(\.json)?"
    for status in (503, 403, 503):
        harness.sandbox.zendesk.faults.add(Fault(method="GET", path=path, times=1, kind="status", status=status))
    harness.deliver(ticket_id)
    retry(harness, failure(harness, ticket_id)["id"])
    assert len(notes(harness, ticket_id)) == 1


def test_an_issue_that_could_not_be_opened_is_opened_by_the_retry_and_the_tags_are_not_written_again(
    harness: Harness,
) -> None:
    ticket_id = harness.ticket(BUG)
    harness.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=2, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    assert (found["step"], found["reason"]) == ("find", "forbidden")
    assert "archetype__bug_report" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    retry(harness, found["id"])
    still = failure(harness, ticket_id)
    assert len(notes(harness, ticket_id)) == 1, "that it failed again is told to people, not to the ticket"
    retry(harness, still["id"])
    assert len(notes(harness, ticket_id)) == 2, "the first, and the link"
    assert "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert len(issues_about(harness, "eats my tabs")) == 1
    assert harness.decision(ticket_id)["state"] == "done"


def test_a_write_that_was_refused_is_done_by_the_retry_and_no_second_issue_is_opened(harness: Harness) -> None:
    ticket_id = harness.ticket(OTHER_BUG)
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    assert found["step"] == "write"
    assert len(issues_about(harness, "LDAP sync fails")) == 1
    assert notes(harness, ticket_id) == []
    retry(harness, found["id"])
    assert len(issues_about(harness, "LDAP sync fails")) == 1
    assert len(notes(harness, ticket_id)) == 1
    assert "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_an_issue_that_could_not_be_looked_at_is_followed_by_the_retry(harness: Harness) -> None:
    ticket_id, iid = reported(harness, "Cannot look")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "merge_request")
    issue = rf"/api/v4/projects/[^/]+/issues/{iid}"
    harness.sandbox.gitlab.faults.add(Fault(method="GET", path=issue, times=1, kind="status", status=403))
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    wait_until(lambda: failures(harness, None), pause=ASKED_EVERY)
    harness.idle()
    (found,) = failures(harness, None)
    assert found["step"] == "follow_issue: look"
    assert [one["reason"] for one in found["tries"]] == ["forbidden"]
    retry(harness, found["id"])
    assert len(notes(harness, ticket_id)) == 2, "our first, and the news, once"
    assert "was closed as done" in notes(harness, ticket_id)[1]["body"]


@pytest.mark.parametrize(
    ("method", "path", "step"),
    [
        ("PUT", "/api/v2/tickets/update_many", "bulk_job: send"),
        ("GET", "/api/v2/job_statuses/[^/]+", "bulk_job: check"),
    ],
)
def test_a_bulk_job_that_fails_is_told_to_people_and_no_ticket_is_told_twice(
    harness: Harness, method: str, path: str, step: str
) -> None:
    iid = harness.sandbox.gitlab.add_issue(PROJECT, title="Registry is slow")
    tickets = [harness.ticket(f"me too, number {number}") for number in range(12)]
    for ticket_id in tickets:
        link(harness, ticket_id, iid)
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    harness.sandbox.zendesk.faults.add(Fault(method=method, path=path, times=1, kind="status", status=403))
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    wait_until(lambda: failures(harness, None), seconds=120, pause=0.25)
    (found,) = failures(harness, None)
    assert found["step"] == step
    retry(harness, found["id"])
    wait_until(lambda: all(len(notes(harness, one)) == 1 for one in tickets), seconds=120, pause=ASKED_EVERY)
    harness.idle(seconds=120)
    assert [len(notes(harness, ticket_id)) for ticket_id in tickets] == [1] * 12


def test_all_failures_since_a_time_are_tried_again(harness: Harness) -> None:
    began = harness.service.deps.now()
    tickets = [harness.ticket(PRAISE) for _ in range(3)]
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=3, kind="status", status=403))
    for ticket_id in tickets:
        harness.deliver(ticket_id)
    for ticket_id in tickets:
        failure(harness, ticket_id)
    assert harness.desk("/api/failures/retry", "POST", json={"since": "2026-01-01"}).status_code == 422, (
        "a zone is needed"
    )
    answer = harness.desk("/api/failures/retry", "POST", json={"since": began.isoformat()})
    assert (answer.status_code, answer.json()) == (202, {"retried": 3, "nothing_to_retry": 0})
    harness.idle()
    assert [len(notes(harness, ticket_id)) for ticket_id in tickets] == [1, 1, 1]
    assert harness.desk("/api/failures/retry", "POST", json={"since": began.isoformat()}).json()["retried"] == 0


def test_a_failure_is_ignored_with_a_reason_and_can_still_be_retried(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    path = f"/api/failures/{found['id']}"
    assert harness.desk(f"{path}/ignore", "POST", json={}).status_code == 422
    ignored = harness.desk(f"{path}/ignore", "POST", json={"reason": "a test ticket"}).json()
    assert (ignored["state"], ignored["because"]) == ("ignored", "a test ticket")
    assert failures(harness, ticket_id) == []
    assert failures(harness, ticket_id, state="ignored")[0]["id"] == found["id"]
    assert failures(harness, ticket_id, state="all", since="2999-01-01T00:00:00Z") == []
    retry(harness, found["id"])
    assert len(notes(harness, ticket_id)) == 1
    assert harness.desk(f"{path}/retry", "POST").status_code == 409, "it was retried"
    assert harness.desk("/api/failures/999999/retry", "POST").status_code == 404


# The next attempt begins so late that a slow test is there before it.
LATER = {"Retry-After": "4"}


@pytest.mark.parametrize("done", [False, True])
def test_work_that_was_parked_for_crashing_is_a_failure_and_can_be_retried(harness: Harness, done: bool) -> None:
    """`done`: the process died after the update, before that was kept."""
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(
        Fault(method="GET", path=TICKET, times=1, kind="status", status=503, headers=LATER)
    )
    harness.deliver(ticket_id)
    harness.decision(ticket_id, "waiting")
    engine = harness.service.deps.engine
    parked = (
        "update workflow_status set status='MAX_RECOVERY_ATTEMPTS_EXCEEDED', queue_name=null"
        " where workflow_uuid like :key"
    )
    if done:
        harness.decision(ticket_id)
        harness.idle()
    with engine.store.database.begin() as connection:
        connection.execute(sa.text(parked), {"key": f"zd:{ticket_id}:%+2"})
    engine.recover()
    found = failure(harness, ticket_id)
    assert (found["step"], found["reason"]) == ("workflow", "crash_loop")
    retry(harness, found["id"])
    engine.recover()
    assert failures(harness, ticket_id) == []
    assert len(notes(harness, ticket_id)) == 1
