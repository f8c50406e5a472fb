"""Many tickets updated in one call, and what became of each in the job."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.errors import Conflict, NotFound, RateLimited, Unavailable, UnknownOutcome
from integrations.sandbox import Fault, Sandbox
from integrations.zendesk import Job, JobResult, NewComment, TicketSnapshot, TicketUpdate, ZendeskClient
from integrations.zendesk.updates import RUN_KEY, ticket_json
from tests.integrations.zendesk.conftest import Sent, asked, tickets

JSON = {"content-type": "application/json"}


def news(stamp: str, run_id: str = "run", tag: str = "issue_closed") -> TicketUpdate:
    return TicketUpdate(stamp, tags=(tag,), comment=NewComment("<p>Closed</p>"), metadata={RUN_KEY: run_id})


def read_all(client: ZendeskClient, ticket_ids: list[int]) -> list[TicketSnapshot]:
    return [client.read_ticket(ticket_id) for ticket_id in ticket_ids]


class TestUpdateMany:
    def test_sends_each_ticket_as_a_single_update_would(
        self, sandbox: Sandbox, client: ZendeskClient, sent: Sent
    ) -> None:
        ids = tickets(sandbox, 2)
        updates = [
            (one.id, TicketUpdate(one.updated_at, tags=(*one.tags, "issue_closed"), status="open"))
            for one in read_all(client, ids)
        ]
        sandbox.zendesk.calls_clear()

        client.update_many(updates)

        assert asked(sandbox) == [("PUT", "/api/v2/tickets/update_many", {})]
        assert sent.bodies == [{"tickets": [{"id": ticket_id, **ticket_json(update)} for ticket_id, update in updates]}]
        assert sent.bodies[0]["tickets"][0] == {
            "id": ids[0],
            "safe_update": True,
            "updated_stamp": updates[0][1].updated_stamp,
            "tags": ["own0", "issue_closed"],
            "status": "open",
        }
        client.update_ticket(ids[0], TicketUpdate(client.read_ticket(ids[0]).updated_at, tags=()))
        assert sent.bodies[1]["ticket"].keys() == {"id", "safe_update", "updated_stamp", "tags"}

    def test_each_ticket_has_a_result_of_its_own(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        fine, changed, closed, gone = tickets(sandbox, 4)
        stamps = {one.id: one.updated_at for one in read_all(client, [fine, changed, closed, gone])}
        stamps[changed] = "2020-01-01T00:00:00Z"
        sandbox.zendesk.close(closed)
        stamps[closed] = client.read_ticket(closed).updated_at
        sandbox.zendesk.delete(gone)
        wrong = sandbox.zendesk.create_ticket(subject="x", body="x")
        updates = [(one, news(stamps[one], f"run-{one}")) for one in (fine, changed, closed, gone)]
        updates.append((wrong, TicketUpdate(client.read_ticket(wrong).updated_at, assignee_id=42)))

        sandbox.clock.hold()
        job_id = client.update_many(updates)
        running = client.job(job_id)
        sandbox.clock.advance(1)
        job = client.job(job_id)

        assert (running.ended, running.results) == (False, ())
        assert (job.id, job.status, job.ended) == (job_id, "completed", True)
        assert job.results == (
            JobResult(fine, ok=True),
            JobResult(changed, ok=False),
            JobResult(closed, ok=False),
            JobResult(gone, ok=False),
            JobResult(wrong, ok=False),
        )
        assert sandbox.zendesk.ticket(fine)["tags"] == ["issue_closed"]
        assert client.find_update(fine, f"run-{fine}")
        assert not client.find_update(changed, f"run-{changed}")
        (note,) = client.comments(fine)[1:]
        assert (note.body.strip(), note.public, note.is_internal_note) == ("Closed", False, True)

    def test_a_hundred_different_tickets_at_most(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        stamp = "2026-01-01T00:00:00Z"
        for wrong in ([], [(n, news(stamp)) for n in range(1, 102)], [(1, news(stamp)), (1, news(stamp))]):
            with pytest.raises(ValueError, match="1 to 100 different"):
                client.update_many(wrong)
        assert asked(sandbox) == []

    @pytest.mark.parametrize(
        ("fault", "applied"),
        [
            (Fault(method="PUT", kind="drop_before"), False),
            (Fault(method="PUT", kind="drop_after"), True),
            (Fault(method="PUT", kind="delay", seconds=0.6), True),
            (Fault(method="PUT", kind="garbage"), True),
            (Fault(method="PUT", kind="status", status=503), False),
            (Fault(method="PUT", kind="status_after", status=504), True),
        ],
        ids=lambda value: value.kind if isinstance(value, Fault) else None,
    )
    def test_a_lost_answer_is_unknown_and_each_ticket_tells(
        self, sandbox: Sandbox, client: ZendeskClient, hasty: ZendeskClient, fault: Fault, applied: bool
    ) -> None:
        updates = [(one.id, news(one.updated_at, f"run-{one.id}")) for one in read_all(client, tickets(sandbox, 2))]
        sandbox.zendesk.calls_clear()
        sandbox.zendesk.faults.add(fault)

        with pytest.raises(UnknownOutcome) as caught:
            hasty.update_many(updates)

        assert not caught.value.retryable
        assert sum(call.method == "PUT" for call in sandbox.zendesk.calls) == 1
        assert [client.find_update(one, f"run-{one}") is not None for one, _ in updates] == [applied] * 2

    @pytest.mark.parametrize("body", ["[]", "{}", '{"job_status": {}}', '{"job_status": {"id": null}}'])
    def test_an_answer_of_another_shape_is_unknown(self, sandbox: Sandbox, client: ZendeskClient, body: str) -> None:
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=body, times=2))

        with pytest.raises(UnknownOutcome):
            client.update_many([(1, news("2026-01-01T00:00:00Z"))])
        with pytest.raises(Unavailable):
            client.job("V3-1")

    def test_too_many_jobs_are_a_limit(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        (one,) = read_all(client, tickets(sandbox, 1))
        sandbox.clock.hold()
        sandbox.clock.advance(3600)
        sandbox.zendesk.limits.jobs_waiting = 0
        try:
            with pytest.raises(RateLimited):
                client.update_many([(one.id, news(one.updated_at))])
        finally:
            sandbox.zendesk.limits.jobs_waiting = 30
        assert client.read_ticket(one.id) == one


class TestJobs:
    def test_that_nobody_knows_are_not_found(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        for job_id in ("none", "a/../b?c"):
            with pytest.raises(NotFound):
                client.job(job_id)
        assert {path.rpartition("/")[0] for _, path, _ in asked(sandbox)} == {"/api/v2/job_statuses"}

    @pytest.mark.parametrize("ends", ["failed", "killed"])
    def test_that_broke_tell_what_they_know(self, sandbox: Sandbox, client: ZendeskClient, ends: Any) -> None:
        updates = [(one.id, news(one.updated_at)) for one in read_all(client, tickets(sandbox, 3))]
        sandbox.zendesk.break_next_job(ends, after=1)
        job_id = client.update_many(updates)
        sandbox.clock.advance(1)

        job = client.job(job_id)

        assert (job.status, job.ended) == (ends, True)
        assert job.results == ((JobResult(updates[0][0], ok=True),) if ends == "failed" else ())
        assert client.find_update(updates[0][0], "run")
        assert not client.find_update(updates[1][0], "run")

    @pytest.mark.parametrize(
        ("results", "understood"),
        [
            (None, []),
            ({"success": True}, []),
            ([], []),
            ([{"id": 7, "action": "update", "status": "Updated", "success": True}], [JobResult(7, ok=True)]),
            ([{"id": 7, "success": True, "errors": "PermissionDenied"}], [JobResult(7, ok=False)]),
            (
                [{"id": 7, "success": False, "error": "SafeUpdateConflict"}],
                [JobResult(7, ok=False)],
            ),
            (
                [{"id": 7, "error": "X", "details": "Status: closed prevents ticket update"}],
                [JobResult(7, ok=False)],
            ),
            ([{"id": 7, "success": False, "error": {"a": 1}}], [JobResult(7, ok=False)]),
            ([{"index": 0, "error": "X"}, {"id": "7", "success": True}, {"id": True, "success": True}], []),
            ([{"id": 7}, {"id": 8, "success": "true"}, None, 5, {"id": 9, "success": True}], [JobResult(9, ok=True)]),
        ],
    )
    def test_say_nothing_of_a_ticket_whose_result_is_not_clear(
        self, sandbox: Sandbox, client: ZendeskClient, results: Any, understood: list[JobResult]
    ) -> None:
        body = {"job_status": {"id": "V3-1", "status": "Completed", "total": None, "results": results}}
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=json.dumps(body)))

        assert client.job("V3-1") == Job("V3-1", "completed", tuple(understood))

    @pytest.mark.parametrize(("status", "ended"), [("queued", False), ("working", False), (None, False), ("new", None)])
    def test_have_ended_only_where_zendesk_says_so(
        self, sandbox: Sandbox, client: ZendeskClient, status: str | None, ended: bool | None
    ) -> None:
        body = {"job_status": {"id": "V3-1", "status": status or ""}}
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=json.dumps(body)))

        assert client.job("V3-1").ended is bool(ended)


def test_an_update_of_a_job_meets_an_update_alone_as_a_conflict(sandbox: Sandbox, client: ZendeskClient) -> None:
    sandbox.clock.hold()
    (one,) = read_all(client, tickets(sandbox, 1))
    sandbox.clock.advance(2)
    job_id = client.update_many([(one.id, news(one.updated_at))])
    sandbox.clock.advance(2)

    with pytest.raises(Conflict):
        client.update_ticket(one.id, TicketUpdate(one.updated_at, tags=()))

    assert client.job(job_id).results == (JobResult(one.id, ok=True),)
