"""A messaging ticket is judged by what its requester said, wherever Zendesk keeps it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from app.rules.routing import RoutingConfig
from app.work.tickets.conversation import with_conversation
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot
from integrations.zendesk.wire import WireComments
from tests.support.fakes import Clock, FakeZendesk
from tests.support.shipped import SHIPPED

HEAD = "Conversation with Web User 5f3a"
BUG = "Since 16.4 the merge button stays grey"
PATTERN = r"\((?:\d{1,2}:){1,2}\d{2}(?: [AP]M)?\) (?P<name>[^:]{1,80}): (?P<words>.+)"
TRANSCRIPT = (
    "(10:12:01 AM) Sam Example: Since 16.4 the merge button\nstays grey\n"
    "(10:12:30 AM) Desk Bot: Did you clear the cache?\nand reload\n(10:13:05 AM) sam example: yes"
)


def comments(*written: tuple[int, str]) -> list[CommentSnapshot]:
    """As Zendesk lists them, newest first; 7 is the requester, 1 a person of the desk, -1 the system."""
    people = [{"id": 7, "role": "end-user"}, {"id": 1, "role": "agent"}]
    rows = [
        {
            "id": number,
            "author_id": author,
            "public": author == 7,
            "plain_body": body,
            "body": body,
            "created_at": f"2026-01-01T10:00:{number:02}Z",
            "via": {"channel": "native_messaging"},
        }
        for number, (author, body) in enumerate(written)
    ]
    return WireComments.model_validate({"comments": rows[::-1], "users": people}).snapshots()


class Conversations:
    def __init__(self, *written: tuple[int, str]) -> None:
        self.written, self.read = written, 0

    def comments(self, _ticket_id: int) -> list[CommentSnapshot]:
        self.read += 1
        return comments(*self.written)


@pytest.fixture(scope="module")
def routing() -> RoutingConfig:
    return SHIPPED.routing


def ticket(body: str = HEAD, **more: Any) -> TicketSnapshot:
    given = {"subject": HEAD, "via_channel": "native_messaging", "is_public": False} | more
    return FakeZendesk(Clock()).add(body, **given)


def heard(routing: RoutingConfig, snapshot: TicketSnapshot, zendesk: Conversations) -> TicketSnapshot:
    return with_conversation(snapshot, routing, cast("ZendeskClient", zendesk))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (((7, HEAD), (7, BUG)), BUG),
        (((-1, HEAD), (7, "Hi"), (1, "Hello, what is it?"), (7, BUG)), f"Hi\n\n{BUG}"),
        (((7, BUG), (7, BUG)), BUG),
        (((-1, HEAD), (1, "A note of ours: looks like spam")), HEAD),
        (((-1, HEAD), (-1, TRANSCRIPT)), HEAD),
        (((7, "  \n"),), HEAD),
        ((), HEAD),
    ],
)
def test_only_what_the_requester_wrote_is_the_text(
    routing: RoutingConfig, written: tuple[tuple[int, str], ...], text: str
) -> None:
    before = ticket()
    assert heard(routing, before, Conversations(*written)) == replace(before, description=text)


@pytest.mark.parametrize(
    ("snapshot", "requests"),
    [
        (ticket(), 1),
        (ticket(f"{HEAD}\n\nURL: https://acme.example/sc/v2/apps/5f"), 1),
        (ticket(via_channel="whatsapp"), 1),
        (ticket(f"{HEAD}\n\nSam: my runner is stuck"), 0),
        (ticket(BUG, subject="Merge button"), 0),
        (ticket(via_channel="email"), 0),
        (ticket("Call from: +1 555 0100", subject="Call from: +1 555 0100", via_channel="voice"), 0),
    ],
)
def test_comments_are_asked_for_only_where_the_text_is_a_bare_head(
    routing: RoutingConfig, snapshot: TicketSnapshot, requests: int
) -> None:
    zendesk = Conversations((7, BUG))
    heard(routing, snapshot, zendesk)
    assert zendesk.read == requests


def test_a_channel_that_does_not_ask_for_comments_gets_none(routing: RoutingConfig) -> None:
    zendesk = Conversations((7, BUG))
    assert heard(_messaging(routing, read_comments=False), ticket(), zendesk) == ticket()
    assert zendesk.read == 0


@pytest.mark.parametrize(
    ("transcript", "text"),
    [
        (TRANSCRIPT, f"{BUG.replace(' stays', chr(10) + 'stays')}\n\nyes"),
        ("(10:12) Sam Example: Hi: there\r\n(10:13) Ann: bye", "Hi: there"),
        ("(10:12) Ann: Sam Example: x", HEAD),
        ("Sam Example said nothing", HEAD),
    ],
)
def test_a_transcript_is_read_where_the_channel_says_its_form(
    routing: RoutingConfig, transcript: str, text: str
) -> None:
    told = _messaging(routing, transcript=PATTERN)
    assert heard(told, ticket(), Conversations((-1, transcript))).description == text


def test_nobody_without_a_name_is_found_in_a_transcript(routing: RoutingConfig) -> None:
    snapshot = ticket()
    nameless = replace(snapshot, requester=replace(snapshot.requester, name=""))
    zendesk = Conversations((-1, "(10:12)  : x"))
    assert heard(_messaging(routing, transcript=PATTERN), nameless, zendesk).description == HEAD


def test_a_long_conversation_is_cut(routing: RoutingConfig) -> None:
    said = Conversations(*((7, f"{number} {'word ' * 10_000}") for number in range(5)))
    assert len(heard(routing, ticket(), said).description) == 64_000


def _messaging(routing: RoutingConfig, **changes: Any) -> RoutingConfig:
    channel = routing.channels["messaging"].model_copy(update=changes)
    return routing.model_copy(update={"channels": {**routing.channels, "messaging": channel}})
