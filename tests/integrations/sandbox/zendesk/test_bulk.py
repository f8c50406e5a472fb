"""Bulk updates: one job, its result item by item."""

from __future__ import annotations

from typing import Any

import httpx

from integrations.sandbox import ZendeskSandbox


def finished(zendesk: ZendeskSandbox, client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    job = answer.json()["job_status"]
    assert (job["status"], job["results"]) == ("queued", None)
    zendesk.clock.advance(1)
    status: dict[str, Any] = client.get(f"/job_statuses/{job['id']}").json()["job_status"]
    assert status["status"] == "completed"
    return status


def test_each_is_done_or_says_why_not(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ids = [zendesk.create_ticket(tags=[f"own{number}"]) for number in range(3)]
    zendesk.close(ids[2])
    change = {"comment": {"body": "n", "public": False}, "metadata": {"run": "1"}}
    rows = [{"id": ticket_id, "tags": [f"own{n}", "issue_closed"], **change} for n, ticket_id in enumerate([*ids, 1])]
    job = finished(zendesk, zendesk_http, zendesk_http.put("/tickets/update_many.json", json={"tickets": rows}))
    assert [result.get("success") for result in job["results"]] == [True, True, None, None]
    assert [result.get("error") for result in job["results"]] == [None, None, "RecordInvalid", "RecordNotFound"]
    assert [zendesk.ticket(ticket_id)["tags"] for ticket_id in ids] == [
        ["issue_closed", "own0"],
        ["issue_closed", "own1"],
        ["own2"],
    ]
    assert zendesk.ticket(ids[0])["audits"][-1]["metadata"]["custom"] == {"run": "1"}


def test_a_change_for_each_checked_one_by_one(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ids = [zendesk.create_ticket(tags=["a"]) for _ in range(3)]
    stamp = zendesk.ticket(ids[0])["updated_at"]
    rows = [
        {"id": ids[0], "tags": ["b"], "safe_update": True, "updated_stamp": stamp},
        {"id": ids[1], "tags": ["b"], "safe_update": True, "updated_stamp": "2020-01-01T00:00:00Z"},
        {"id": ids[2], "tags": ["b"], "unknown": 1},
    ]
    job = finished(zendesk, zendesk_http, zendesk_http.put("/tickets/update_many", json={"tickets": rows}))
    assert [(result["id"], result.get("success")) for result in job["results"]] == [
        (ids[0], True),
        (ids[1], None),
        (ids[2], None),
    ]
    assert [result.get("error") for result in job["results"]] == [None, "UpdateConflict", "SandboxUnknownKeys"]
    assert [zendesk.ticket(ticket_id)["tags"] for ticket_id in ids] == [["b"], ["a"], ["a"]]


def test_tags_are_given_as_a_whole_list(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ids = [zendesk.create_ticket(tags=["a"]) for _ in range(2)]
    rows = [{"id": ids[0], "additional_tags": ["b"]}, {"id": ids[1], "tags": ["a", "b"]}]
    job = finished(zendesk, zendesk_http, zendesk_http.put("/tickets/update_many", json={"tickets": rows}))
    assert [result.get("error") for result in job["results"]] == ["SandboxUnknownKeys", None]
    assert [zendesk.ticket(ticket_id)["tags"] for ticket_id in ids] == [["a"], ["a", "b"]]


def test_a_job_is_queued_works_and_ends(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.clock.hold()
    zendesk.limits.job_seconds = 10
    rows = [{"id": zendesk.create_ticket(), "tags": ["a"]}]
    job_id = zendesk_http.put("/tickets/update_many", json={"tickets": rows}).json()["job_status"]["id"]
    seen = []
    for _ in range(4):
        job = zendesk_http.get(f"/job_statuses/{job_id}").json()["job_status"]
        seen.append((job["status"], job["progress"], job["results"] is None))
        zendesk.clock.advance(4)
    assert seen == [("queued", None, True), ("queued", None, True), ("working", None, True), ("completed", 1, False)]


def test_a_job_can_break(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    told = []
    for ends in ("failed", "killed", None):
        ids = [zendesk.create_ticket() for _ in range(3)]
        if ends is not None:
            zendesk.break_next_job(ends, after=1)
        rows = [{"id": ticket_id, "tags": ["a"]} for ticket_id in ids]
        job_id = zendesk_http.put("/tickets/update_many", json={"tickets": rows}).json()["job_status"]["id"]
        zendesk.clock.advance(1)
        job = zendesk_http.get(f"/job_statuses/{job_id}").json()["job_status"]
        done = sum("a" in zendesk.ticket(ticket_id)["tags"] for ticket_id in ids)
        told.append((job["status"], job["results"] and len(job["results"]), done))
    assert told == [("failed", 1, 1), ("killed", None, 1), ("completed", 3, 3)]


def test_a_hundred_at_most(zendesk_http: httpx.Client) -> None:
    rows = [{"id": number, "tags": ["a"]} for number in range(101)]
    answer = zendesk_http.put("/tickets/update_many", json={"tickets": rows})
    assert (answer.status_code, answer.json()["max_count"]) == (400, 100)


def test_refuses_bodies_that_are_neither(zendesk_http: httpx.Client) -> None:
    bodies: list[dict[str, Any]] = [
        {"ticket": {}},
        {"tickets": [{"tags": []}]},
        {"tickets": {}},
        {"tickets": [{"id": "a"}]},
    ]
    for body in bodies:
        assert zendesk_http.put("/tickets/update_many", json=body).status_code == 400


def test_only_so_many_jobs_wait(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.clock.hold()
    zendesk.clock.advance(3600)
    zendesk.limits.jobs_waiting = 2
    ticket_id = zendesk.create_ticket()
    bodies = [{"tickets": [{"id": ticket_id, "tags": [f"t{n}"]}]} for n in range(3)]
    answers = [zendesk_http.put("/tickets/update_many", json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "TooManyJobs"
    waiting = [answer.json()["job_status"]["id"] for answer in answers[:2]]
    jobs = [zendesk_http.get(f"/job_statuses/{job_id}").json()["job_status"] for job_id in waiting]
    assert [job["status"] for job in jobs] == ["queued", "queued"]
    assert zendesk_http.get("/job_statuses/none").status_code == 404
