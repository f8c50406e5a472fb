"""The verbs that tell many tickets: read and update many, jobs item by item, changes by cursor, follow-up tickets."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from integrations.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable, UnknownOutcome
from integrations.sandbox import Fault, Sandbox
from integrations.sandbox.faults import Kind
from integrations.zendesk import Job, JobResult, NewComment, TicketUpdate, ZendeskClient
from integrations.zendesk.updates import RUN_KEY, ticket_json

JSON = {"content-type": "application/json"}
_days = itertools.count(1)


class Sent:
    """What was sent, as it left: body and Idempotency-Key."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.keys: list[str | None] = []

    def before(self, service: str, request: requests.PreparedRequest) -> None:
        if request.body:
            self.bodies.append(json.loads(request.body))
            self.keys.append(request.headers.get("Idempotency-Key"))

    def saw(self, service: str, request: requests.PreparedRequest, response: requests.Response | None) -> None:
        """Only what leaves matters."""

    def after(self, service: str) -> None:
        """As above."""


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.zendesk.faults.clear()
    running.zendesk.calls_clear()
    yield running
    running.clock.release()


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def client(sandbox: Sandbox, sent: Sent) -> Iterator[ZendeskClient]:
    zendesk = sandbox.zendesk
    client = ZendeskClient(zendesk.url, email=zendesk.email, token=zendesk.token, watch=sent)
    yield client
    client.close()


@pytest.fixture
def hasty(sandbox: Sandbox) -> Iterator[ZendeskClient]:
    """Gives up before a delayed answer comes."""
    zendesk = sandbox.zendesk
    client = ZendeskClient(zendesk.url, email=zendesk.email, token=zendesk.token, timeout=(1, 0.3))
    yield client
    client.close()


def asked(sandbox: Sandbox) -> list[tuple[str, str, dict[str, list[str]]]]:
    return [(call.method, call.path, parse_qs(call.query)) for call in sandbox.zendesk.calls]


def tickets(sandbox: Sandbox, count: int) -> list[int]:
    return [sandbox.zendesk.create_ticket(subject=f"no. {n}", body="x", tags=[f"own{n}"]) for n in range(count)]


def news(stamp: str, run_id: str = "run", tag: str = "issue_closed") -> TicketUpdate:
    return TicketUpdate(stamp, tags=(tag,), comment=NewComment("<p>Closed</p>"), metadata={RUN_KEY: run_id})


class TestManyTickets:
    def test_are_read_in_one_call_as_each_alone(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        ids = [
            sandbox.zendesk.create_ticket(subject="one", body="x", organization={"name": "Acme"}, group="Advocates"),
            sandbox.zendesk.create_ticket(subject="two", body="x", requester={"name": "Kim", "email": "k@x.example"}),
            sandbox.zendesk.create_ticket(subject="three", body="x"),
        ]
        gone = sandbox.zendesk.create_ticket(subject="gone", body="x")
        sandbox.zendesk.delete(gone)
        sandbox.zendesk.close(ids[2])
        alone = [client.read_ticket(ticket_id) for ticket_id in ids]
        sandbox.zendesk.calls_clear()

        assert client.read_tickets([*ids, gone, 1]) == alone
        assert alone[2].status == "closed"
        wanted = ",".join(map(str, [*ids, gone, 1]))
        assert asked(sandbox) == [
            ("GET", "/api/v2/tickets/show_many", {"ids": [wanted], "include": ["users,organizations,groups"]})
        ]

    def test_of_none_and_of_too_many_nothing_is_asked(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        assert client.read_tickets([]) == []
        with pytest.raises(ValueError, match="101 tickets"):
            client.read_tickets(range(1, 102))
        assert asked(sandbox) == []

    @pytest.mark.parametrize("body", ["[]", "{}", '{"tickets": {}}', '{"tickets": [1]}', '{"tickets": [{"id": 1}]}'])
    def test_of_another_shape_are_unreadable(self, sandbox: Sandbox, client: ZendeskClient, body: str) -> None:
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=body))

        with pytest.raises(Unavailable):
            client.read_tickets([1])


class TestUpdateMany:
    def test_sends_each_ticket_as_a_single_update_would(
        self, sandbox: Sandbox, client: ZendeskClient, sent: Sent
    ) -> None:
        ids = tickets(sandbox, 2)
        updates = [
            (one.id, TicketUpdate(one.updated_at, tags=(*one.tags, "issue_closed"), status="open"))
            for one in client.read_tickets(ids)
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
        stamps = {one.id: one.updated_at for one in client.read_tickets([fine, changed, closed, gone])}
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
            JobResult(changed, ok=False, reason="conflict"),
            JobResult(closed, ok=False, reason="ticket_closed"),
            JobResult(gone, ok=False, reason="not_found"),
            JobResult(wrong, ok=False, reason="update_failed"),
        )
        assert sandbox.zendesk.ticket(fine)["tags"] == ["issue_closed"]
        assert client.has_run(fine, f"run-{fine}")
        assert not client.has_run(changed, f"run-{changed}")
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
        updates = [(one.id, news(one.updated_at, f"run-{one.id}")) for one in client.read_tickets(tickets(sandbox, 2))]
        sandbox.zendesk.calls_clear()
        sandbox.zendesk.faults.add(fault)

        with pytest.raises(UnknownOutcome) as caught:
            hasty.update_many(updates)

        assert not caught.value.retryable
        assert sum(call.method == "PUT" for call in sandbox.zendesk.calls) == 1
        assert [client.has_run(one, f"run-{one}") for one, _ in updates] == [applied] * 2

    @pytest.mark.parametrize("body", ["[]", "{}", '{"job_status": {}}', '{"job_status": {"id": null}}'])
    def test_an_answer_of_another_shape_is_unknown(self, sandbox: Sandbox, client: ZendeskClient, body: str) -> None:
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=body, times=2))

        with pytest.raises(UnknownOutcome):
            client.update_many([(1, news("2026-01-01T00:00:00Z"))])
        with pytest.raises(Unavailable):
            client.job("V3-1")

    def test_too_many_jobs_are_a_limit(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        (one,) = client.read_tickets(tickets(sandbox, 1))
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
        updates = [(one.id, news(one.updated_at)) for one in client.read_tickets(tickets(sandbox, 3))]
        sandbox.zendesk.break_next_job(ends, after=1)
        job_id = client.update_many(updates)
        sandbox.clock.advance(1)

        job = client.job(job_id)

        assert (job.status, job.ended) == (ends, True)
        assert job.results == ((JobResult(updates[0][0], ok=True),) if ends == "failed" else ())
        assert client.has_run(updates[0][0], "run")
        assert not client.has_run(updates[1][0], "run")

    @pytest.mark.parametrize(
        ("results", "understood"),
        [
            (None, []),
            ({"success": True}, []),
            ([], []),
            ([{"id": 7, "action": "update", "status": "Updated", "success": True}], [JobResult(7, ok=True)]),
            ([{"id": 7, "success": True, "errors": "PermissionDenied"}], [JobResult(7, ok=False, reason="forbidden")]),
            (
                [{"id": 7, "success": False, "error": "SafeUpdateConflict"}],
                [JobResult(7, ok=False, reason="conflict")],
            ),
            (
                [{"id": 7, "error": "X", "details": "Status: closed prevents ticket update"}],
                [JobResult(7, ok=False, reason="ticket_closed")],
            ),
            ([{"id": 7, "success": False, "error": {"a": 1}}], [JobResult(7, ok=False, reason="update_failed")]),
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


class TestChanges:
    @pytest.fixture
    def changed(self, sandbox: Sandbox) -> list[int]:
        """250 tickets, all changed two minutes ago; nothing before them counts."""
        sandbox.clock.hold()
        sandbox.clock.advance(100_000 * next(_days))
        ids = tickets(sandbox, 250)
        sandbox.clock.advance(120)
        sandbox.zendesk.calls_clear()
        return ids

    def test_are_gone_through_by_a_cursor_that_can_be_kept(
        self, sandbox: Sandbox, client: ZendeskClient, changed: list[int]
    ) -> None:
        start = sandbox.clock.now() - timedelta(seconds=130)

        first = client.changes(start=start)
        second = client.changes(cursor=first.cursor)
        third = client.changes(cursor=second.cursor)

        pages = [first, second, third]
        assert [one.id for page in pages for one in page.tickets] == changed
        assert [page.end for page in pages] == [False, False, True]
        included = {"per_page": ["100"], "include": ["users,organizations"]}
        assert [query for _, _, query in asked(sandbox)] == [
            included | {"start_time": [str(int(start.timestamp()))]},
            included | {"cursor": [first.cursor]},
            included | {"cursor": [second.cursor]},
        ]
        assert first.tickets[0].requester.name == "Sam Sample"

        nothing = client.changes(cursor=third.cursor)
        assert (nothing.tickets, nothing.end) == ((), True)
        sandbox.zendesk.set_tags(changed[3], ["later"])
        sandbox.zendesk.delete(changed[4])
        sandbox.clock.advance(61)
        later = client.changes(cursor=nothing.cursor)
        assert [(one.id, one.status) for one in later.tickets] == [(changed[3], "new"), (changed[4], "deleted")]

    def test_all_at_once_ask_page_by_page(self, sandbox: Sandbox, client: ZendeskClient, changed: list[int]) -> None:
        found = client.changed_since(sandbox.clock.now() - timedelta(seconds=130))

        assert next(found).id == changed[0]
        assert len(sandbox.zendesk.calls) == 1
        assert [one.id for one in found] == changed[1:]
        assert len(sandbox.zendesk.calls) == 3

    def test_begin_somewhere(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        now = sandbox.clock.now()
        for cursor, start in (("", None), ("x", now)):
            with pytest.raises(ValueError, match="either a cursor or a start"):
                client.changes(cursor=cursor, start=start)
        with pytest.raises(Invalid) as caught:
            client.changes(start=now)
        assert caught.value.reason == "http_422"
        with pytest.raises(Invalid):
            client.changes(cursor="not of this export")

    def test_without_a_cursor_end_there(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        body = '{"tickets": [], "after_cursor": null, "end_of_stream": false}'
        sandbox.zendesk.faults.add(Fault(kind="status", status=200, headers=JSON, body=body))

        page = client.changes(cursor="kept")

        assert (page.tickets, page.cursor, page.end) == ((), "", True)

    @pytest.mark.parametrize("kind", ["drop_after", "garbage", "status"])
    def test_a_page_without_an_answer_can_be_asked_again(
        self, sandbox: Sandbox, client: ZendeskClient, changed: list[int], kind: Kind
    ) -> None:
        first = client.changes(start=sandbox.clock.now() - timedelta(seconds=130))
        sandbox.zendesk.faults.add(Fault(kind=kind))

        with pytest.raises(Unavailable):
            client.changes(cursor=first.cursor)

        assert [one.id for one in client.changes(cursor=first.cursor).tickets] == changed[100:200]


def test_comments_tell_who_wrote_them(sandbox: Sandbox, client: ZendeskClient) -> None:
    zendesk = sandbox.zendesk
    ticket_id = zendesk.create_ticket(subject="Hi", body="first", via_channel="email")
    zendesk.add_comment(ticket_id, "see issue", author=zendesk.advocate_id, public=False)
    zendesk.add_comment(ticket_id, "answer", author=zendesk.advocate_id)
    # What Zendesk does with mail from somebody who does not belong to the ticket.
    zendesk.add_comment(ticket_id, "see issue", public=False)

    told = [(one.author_role, one.public, one.by_staff, one.is_internal_note) for one in client.comments(ticket_id)]

    assert told == [
        ("end-user", True, False, False),
        ("agent", False, True, True),
        ("agent", True, True, False),
        ("end-user", False, False, False),
    ]
    assert client.comments(ticket_id)[0].via_channel == "email"


class TestFollowUps:
    @pytest.fixture
    def closed(self, sandbox: Sandbox) -> int:
        ticket_id: int = sandbox.zendesk.create_ticket(subject="Push fails", body="x", tags=["a"])
        sandbox.zendesk.close(ticket_id)
        return ticket_id

    @pytest.fixture
    def create(self, client: ZendeskClient, closed: int) -> Callable[..., int]:
        requester_id = client.read_ticket(closed).requester.id

        def create(run_id: str, by: ZendeskClient = client) -> int:
            return by.create_follow_up(
                closed,
                run_id=f"{run_id}-{closed}",
                requester_id=requester_id,
                subject="Push fails",
                html_body="<p>Fixed</p>",
                tags=("issue_closed", "a"),
                metadata={"why": "issue"},
            )

        return create

    def test_belong_to_the_requester_and_begin_with_an_internal_note(
        self, sandbox: Sandbox, client: ZendeskClient, closed: int, create: Callable[..., int], sent: Sent
    ) -> None:
        made = create("run-1")

        ticket = client.read_ticket(made)
        before = client.read_ticket(closed)
        assert (ticket.subject, ticket.requester.id, set(ticket.tags)) == (
            "Push fails",
            before.requester.id,
            {"a", "issue_closed"},
        )
        assert (ticket.via_rel, ticket.is_public, ticket.status) == ("follow_up", False, "new")
        (note,) = client.comments(made)
        assert (note.body.strip(), note.is_internal_note) == ("Fixed", True)
        assert sandbox.zendesk.ticket(made)["audits"][0]["metadata"]["custom"] == {
            "why": "issue",
            RUN_KEY: f"run-1-{closed}",
        }
        assert sent.keys == [f"run-1-{closed}"]
        assert sent.bodies[0]["ticket"].keys() == {
            "via_followup_source_id",
            "requester_id",
            "subject",
            "comment",
            "tags",
            "metadata",
        }

    @pytest.mark.parametrize(
        ("fault", "applied"),
        [
            (Fault(method="POST", kind="drop_before"), False),
            (Fault(method="POST", kind="drop_after"), True),
            (Fault(method="POST", kind="delay", seconds=0.6), True),
            (Fault(method="POST", kind="garbage"), True),
            (Fault(method="POST", kind="status", status=200, headers=JSON, body='{"ticket": {}}'), False),
            (Fault(method="POST", kind="status_after", status=500), True),
        ],
        ids=lambda value: value.kind if isinstance(value, Fault) else None,
    )
    def test_a_lost_answer_is_unknown_and_the_closed_ticket_tells(
        self,
        sandbox: Sandbox,
        client: ZendeskClient,
        hasty: ZendeskClient,
        closed: int,
        create: Callable[..., int],
        fault: Fault,
        applied: bool,
    ) -> None:
        sandbox.zendesk.faults.add(fault)

        with pytest.raises(UnknownOutcome):
            create("run-1", by=hasty)

        found = client.find_follow_up(closed, f"run-1-{closed}")
        assert (found is not None) is applied
        again = create("run-1")
        assert found in {None, again}
        assert sandbox.zendesk.ticket(closed)["followup_ids"] == [again]

    def test_are_told_apart_by_their_run(
        self, sandbox: Sandbox, client: ZendeskClient, closed: int, create: Callable[..., int]
    ) -> None:
        gone, first, second = create("run-0"), create("run-1"), create("run-2")
        sandbox.zendesk.delete(gone)

        assert client.find_follow_up(closed, f"run-2-{closed}") == second
        assert client.find_follow_up(closed, f"run-1-{closed}") == first
        assert client.find_follow_up(closed, f"run-0-{closed}") is None

    def test_need_a_closed_ticket(self, sandbox: Sandbox, client: ZendeskClient) -> None:
        ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")

        with pytest.raises(Invalid):
            client.create_follow_up(ticket_id, run_id="r", requester_id=9002, subject="s", html_body="b", group_id=7001)

        assert client.find_follow_up(ticket_id, "r") is None

    def test_a_limit_did_not_make_one(self, sandbox: Sandbox, closed: int, create: Callable[..., int]) -> None:
        sandbox.zendesk.faults.add(Fault(method="POST", kind="status", status=429, headers={"Retry-After": "7"}))

        with pytest.raises(RateLimited) as caught:
            create("run-1")

        assert caught.value.retry_after == 7
        assert sandbox.zendesk.ticket(closed)["followup_ids"] == []


def test_an_update_of_a_job_meets_an_update_alone_as_a_conflict(sandbox: Sandbox, client: ZendeskClient) -> None:
    sandbox.clock.hold()
    (one,) = client.read_tickets(tickets(sandbox, 1))
    sandbox.clock.advance(2)
    job_id = client.update_many([(one.id, news(one.updated_at))])
    sandbox.clock.advance(2)

    with pytest.raises(Conflict):
        client.update_ticket(one.id, TicketUpdate(one.updated_at, tags=()))

    assert client.job(job_id).results == (JobResult(one.id, ok=True),)
