"""One odd value costs that value; only a ticket that cannot be read without it is lost, and no other with it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from integrations.errors import Unavailable, Unreadable
from integrations.sandbox import Sandbox
from integrations.wire import without_halves
from integrations.zendesk import TicketSnapshot, UnreadableTicket, ZendeskClient

VIA = {"channel": "twitter", "source": {"from": {"username": "ada"}, "to": {}, "rel": "mention"}}


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        ({"via": {"channel": "twitter", "source": None}}, {"via_channel": "twitter", "via_rel": "unknown"}),
        ({"via": {"channel": "twitter", "source": []}}, {"via_rel": "unknown"}),
        ({"via": {"channel": 30}}, {"via_channel": "twitter", "via_rel": "unknown"}),
        ({"via": {**VIA, "source": {**VIA["source"], "rel": 7}}}, {"via_rel": "unknown"}),  # type: ignore[dict-item]
        ({"via": {**VIA, "source": {"from": [], "to": "x", "rel": None}}}, {"via_rel": "", "via_addresses": ()}),
        ({"via": None}, {"via_channel": "", "via_rel": ""}),
        ({"via": []}, {"via_channel": "", "via_rel": ""}),
        ({"custom_fields": None}, {"custom_fields": {}}),
        ({"custom_fields": {"id": 1}}, {"custom_fields": {}}),
        ({"custom_fields": [None, {"id": 5, "value": "x"}, {"value": 1}]}, {"custom_fields": {"5": "x"}}),
        ({"tags": "one two"}, {"tags": ("one", "two")}),
        ({"tags": ["one", None, 3]}, {"tags": ("one", "3")}),
        ({"subject": 5, "description": None}, {"subject": "", "description": ""}),
        ({"description": "cut \ud83d here"}, {"description": "cut \ufffd here"}),
        ({"is_public": "perhaps"}, {"is_public": False}),
        ({"assignee_id": {}, "group_id": [], "brand_id": "x"}, {"assignee_id": None, "group_id": None}),
        ({"requester_id": None}, {"submitter_id": None}),
    ],
)
def test_an_odd_part_counts_as_missing(
    sandbox: Sandbox, client: ZendeskClient, parts: dict[str, Any], read: dict[str, Any]
) -> None:
    ticket_id = sandbox.zendesk.create_ticket(body="Thanks", via_channel="twitter")
    sandbox.zendesk.show_oddly(ticket_id, **{"submitter_id": None, **parts})
    ticket = client.read_ticket(ticket_id)
    assert {name: getattr(ticket, name) for name in read} == read


@pytest.mark.parametrize("parts", [{"status": None}, {"created_at": "soon"}, {"updated_at": 5}, {"tags": {"a": "b"}}])
def test_without_a_part_that_is_needed_it_is_unreadable_and_not_an_outage(
    sandbox: Sandbox, client: ZendeskClient, parts: dict[str, Any]
) -> None:
    ticket_id = sandbox.zendesk.create_ticket(body="words of a person")
    sandbox.zendesk.show_oddly(ticket_id, **parts)
    with pytest.raises(Unreadable) as caught:
        client.read_ticket(ticket_id)
    assert not caught.value.retryable
    assert str(caught.value).endswith(f"a form that we do not know: {next(iter(parts))}")


def test_another_ticket_than_the_one_asked_for_is_an_outage(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket()
    sandbox.zendesk.show_oddly(ticket_id, id=None)
    with pytest.raises(Unavailable):
        client.read_ticket(ticket_id)


def test_an_export_page_gives_every_ticket_that_can_be_read(sandbox: Sandbox, client: ZendeskClient) -> None:
    start = sandbox.clock.now() - timedelta(minutes=5)
    good, odd, broken = (sandbox.zendesk.create_ticket(body=f"no. {n}") for n in range(3))
    odd_via = {"channel": "web", "source": None}
    sandbox.zendesk.show_oddly(odd, description="half \ud83d", custom_fields=None, via=odd_via)
    sandbox.zendesk.show_oddly(broken, created_at=[])
    sandbox.clock.advance(120)
    found = {one.id: one for one in client.changed_since(start)}
    assert isinstance(found[good], TicketSnapshot)
    assert isinstance(found[odd], TicketSnapshot)
    assert found[broken] == UnreadableTicket(broken, "created_at")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("plain", "plain"),
        ("\U0001f600", "\U0001f600"),
        ("\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"C:\\udata", r"C:\\udata"),
        (r"\ud83d", r"\ud83d"),
    ],
)
def test_half_a_character_is_replaced_and_what_looks_like_one_is_not(text: str, whole: str) -> None:
    assert json.loads(without_halves(json.dumps(text).encode())) == whole


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert json.loads(without_halves(b'"a\xed\xa0\xbdb"')) == "a\ufffd\ufffd\ufffdb"
