"""The verbs by which tickets are followed: changes by cursor, comments, follow-up tickets."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from integrations.errors import Invalid, RateLimited, Unavailable, UnknownOutcome
from integrations.sandbox import Fault, Sandbox
from integrations.sandbox.faults import Kind
from integrations.zendesk import ZendeskClient
from integrations.zendesk.updates import RUN_KEY
from tests.integrations.zendesk.conftest import Sent, asked, tickets

JSON = {"content-type": "application/json"}
_days = itertools.count(1)


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
