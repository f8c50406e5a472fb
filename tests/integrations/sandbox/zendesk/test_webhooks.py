"""Deliveries: signed as Zendesk signs, about what changed, also those that nobody asked for."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox import Sandbox, ZendeskSandbox
from integrations.sandbox.zendesk.webhooks import signature

from ..conftest import Receiver

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"event":"ticket.updated","id":123}', "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM="),
        (b"", "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
    ],
)
def test_signs_as_the_public_vectors_say(body: bytes, expected: str) -> None:
    assert signature(TEST_SECRET, "2021-03-25T05:09:27Z", body) == expected


@given(st.binary(min_size=1), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_changes_the_signature(body: bytes, place: int, by: int) -> None:
    changed = bytearray(body)
    changed[place % len(body)] ^= by
    assert signature("s", "t", body) != signature("s", "t", bytes(changed))


def test_of_a_ticket_that_came_before_nobody_is_told(zendesk: ZendeskSandbox, receiver: Receiver) -> None:
    newer = zendesk.create_ticket(body="now")
    zendesk.subscribe(receiver.url)
    zendesk.auto_deliver = True
    zendesk.add_past_ticket(20_007, "2026-01-02T03:04:05+00:00", body="long ago", tags=["old"])
    zendesk.set_tags(newer, ["changed"])
    assert zendesk.webhook_sender.wait()
    assert [json.loads(body)["ticket_id"] for _, body in receiver.received] == [str(newer)]
    view = zendesk.ticket(20_007)
    assert (view["created_at"], view["updated_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")
    assert view["tags"] == ["old"]
    assert zendesk.ticket_ids()[:: len(zendesk.ticket_ids()) - 1] == [20_007, newer], "the newest last"
    assert zendesk.create_ticket(body="next") == newer + 1
    zendesk.auto_deliver = False
    zendesk.unsubscribe()


def test_delivers_the_triggers_body_with_a_signature_over_the_raw_bytes(
    zendesk: ZendeskSandbox, receiver: Receiver
) -> None:
    ticket_id = zendesk.create_ticket(via_channel="email")
    zendesk.subscribe(receiver.url)
    assert zendesk.deliver(ticket_id, times=2) == [202, 202]
    view = zendesk.ticket(ticket_id)
    headers, body = receiver.received[0]
    assert json.loads(body) == {
        "v": 1,
        "event": "ticket.created",
        "ticket_id": str(ticket_id),
        "updated_at": view["updated_at"],
        "status": "New",
        "via": "Mail",
        "actor_id": str(view["requester"]["id"]),
    }
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    assert headers["x-zendesk-webhook-signature"] == signature(zendesk.webhook_secret, stamp, body)
    assert headers["user-agent"] == "Zendesk Webhook"
    again, same = receiver.received[1]
    assert same == body
    assert again["x-zendesk-webhook-invocation-id"] != headers["x-zendesk-webhook-invocation-id"]


def test_every_change_is_delivered_with_auto_deliver(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, receiver: Receiver
) -> None:
    zendesk.subscribe(receiver.url)
    zendesk.auto_deliver = True
    ticket_id = zendesk.create_ticket()
    zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": ["a"]}})
    zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": ["a"]}})
    zendesk.set_tags(ticket_id, ["b"])
    assert zendesk.webhook_sender.wait()
    told = {(body["event"], body["actor_id"]) for body in (json.loads(body) for _headers, body in receiver.received)}
    requester = str(zendesk.ticket(ticket_id)["requester"]["id"])
    assert told == {
        ("ticket.created", requester),
        ("ticket.updated", str(zendesk.bot_user_id)),
        ("ticket.updated", str(zendesk.advocate_id)),
    }
    assert len(receiver.received) == 3


def test_no_answer_is_status_0_and_nobody_to_send_to_is_an_error(sandbox: Sandbox) -> None:
    ticket_id = sandbox.zendesk.create_ticket()
    with pytest.raises(ValueError, match="subscribe"):
        sandbox.zendesk.deliver(ticket_id)
    sandbox.zendesk.subscribe("http://127.0.0.1:1/closed")
    assert sandbox.zendesk.deliver(ticket_id) == [0]
    assert sandbox.zendesk.webhook_sender.deliveries[-1].status == 0


def test_another_secret_makes_another_signature(zendesk: ZendeskSandbox, receiver: Receiver) -> None:
    zendesk.subscribe(receiver.url)
    zendesk.deliver(zendesk.create_ticket(), secret="wrong")
    headers, body = receiver.received[0]
    stamp = headers["x-zendesk-webhook-signature-timestamp"]
    assert headers["x-zendesk-webhook-signature"] == signature("wrong", stamp, body)
