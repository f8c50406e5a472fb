"""What a signed body says, in both of its forms and in broken ones."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.webhooks.source import NotUnderstood
from app.web.webhooks.zendesk import Delivery, read_delivery

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str, **changes: Any) -> bytes:
    return json.dumps({**json.loads((PAYLOADS / f"{name}.json").read_text()), **changes}).encode()


def delivery(body: bytes) -> Delivery:
    found = read_delivery(body)
    assert found is not None
    return found


def test_reads_the_body_of_our_trigger() -> None:
    found = delivery(payload("trigger__ticket_created"))
    assert (found.ticket_id, found.event, found.actor_id) == (5158, "ticket.created", "8447388090494")


def test_reads_zendesks_own_event() -> None:
    found = delivery(payload("event__comment_added"))
    assert (found.ticket_id, found.event, found.actor_id) == (5158, "ticket.updated", "8447388090494")


def test_the_same_delivery_has_the_same_key_and_a_later_one_another() -> None:
    first = delivery(payload("trigger__ticket_created"))
    assert first.key == delivery(payload("trigger__ticket_created")).key
    assert first.key != delivery(payload("trigger__ticket_created", updated_at="2025-01-08T10:12:09Z")).key
    assert first.key != delivery(payload("trigger__ticket_created", ticket_id="5159")).key


def test_what_two_people_did_within_one_second_is_two_deliveries() -> None:
    ours = delivery(payload("trigger__ticket_created", actor_id="1"))
    assert ours.key != delivery(payload("trigger__ticket_created", actor_id="2")).key


def test_an_event_keeps_its_key_however_it_is_formatted() -> None:
    pretty = json.dumps(json.loads(payload("event__comment_added")), indent=3).encode()
    assert delivery(payload("event__comment_added")).key == delivery(pretty).key


def test_an_event_of_no_interest_is_nothing() -> None:
    assert read_delivery(payload("event__comment_added", type="zen:event-type:ticket.csat_received")) is None
    assert read_delivery(payload("event__comment_added", type="zen:event-type:ticket.new_kind", subject="")) is None


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("user.created", "zen:user:7"),
        ("organization.name_changed", "zen:organization:8"),
        ("messaging_ticket.message_added", "zen:messaging_ticket:5158"),
        ("article.published", "zen:article:9"),
        ("agent.work_item_added", "zen:agent:3"),
        ("something_new", ""),
    ],
)
def test_events_of_other_objects_are_of_no_interest_even_if_they_name_a_ticket(kind: str, subject: str) -> None:
    detail = {"id": "5158", "ticket_id": "5158"}
    body = {"type": f"zen:event-type:{kind}", "id": "e", "subject": subject, "detail": detail, "ticket_id": "5158"}
    assert read_delivery(json.dumps(body).encode()) is None


def test_finds_the_ticket_in_json_that_unescaped_text_has_broken() -> None:
    found = delivery(b'{"v": 1, "ticket_id": "77", "title": "he said "hello""}')
    assert (found.ticket_id, found.event) == (77, "ticket.updated")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"ticket_id": "abc"}',
        b'{"ticket_id": ""}',
        b'{"ticket_id": -4}',
        b"\xff\xfe",
        b'{"type": "zen:event-type:ticket.created", "subject": "zen:user:3", "detail": []}',
        b"[" * 100_000,
    ],
)
def test_a_body_without_a_ticket_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_delivery(body)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with suppress(NotUnderstood):
        read_delivery(body)


@given(
    st.dictionaries(
        st.sampled_from(["type", "subject", "detail", "id", "ticket_id", "event", "v"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        ),
    )
)
def test_no_json_raises_anything_else(payload: dict[str, Any]) -> None:
    try:
        found = read_delivery(json.dumps(payload).encode())
    except NotUnderstood:
        return
    assert found is None or found.ticket_id >= 0
