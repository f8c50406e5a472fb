"""The door for Zendesk: each way a delivery can be wrong has its answer, and what is stored is not lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.signatures import zendesk_signature
from app.work.messages import CannotStore
from tests.support.harness import Harness

PATH = "/webhooks/zendesk"


def send(
    harness: Harness, body: bytes, *, secret: str = "", at: datetime | None = None, **headers: str
) -> httpx.Response:
    stamp = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    signed = {
        "x-zendesk-webhook-signature": zendesk_signature(secret or harness.sandbox.zendesk.webhook_secret, stamp, body),
        "x-zendesk-webhook-signature-timestamp": stamp,
        **headers,
    }
    return harness.web.post(PATH, content=body, headers={name: value for name, value in signed.items() if value})


def body(ticket_id: int, **changes: object) -> bytes:
    return json.dumps({"v": 1, "event": "ticket.created", "ticket_id": str(ticket_id), **changes}).encode()


def test_a_signed_delivery_is_stored_and_a_repeat_is_known(harness: Harness) -> None:
    ticket_id = harness.ticket("@gitlab thank you for the great release!")
    first, second = send(harness, body(ticket_id)), send(harness, body(ticket_id))
    assert (first.status_code, first.text) == (202, "stored")
    assert (second.status_code, second.text) == (202, "duplicate")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x-zendesk-webhook-signature": ""}, "signature_missing"),
        ({"x-zendesk-webhook-signature-timestamp": ""}, "signature_missing"),
        ({"x-zendesk-webhook-signature": "AAAA"}, "signature_wrong"),
        ({"x-zendesk-webhook-signature": "not base64 \u00e9"}, "signature_wrong"),
        ({"x-zendesk-webhook-signature-timestamp": "2021-03-25T05:09:27Z"}, "signature_wrong"),
    ],
)
def test_refuses_a_delivery_that_is_not_signed(harness: Harness, headers: dict[str, str], reason: str) -> None:
    latin = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = send(harness, body(1), **latin)  # type: ignore[arg-type]  # httpx takes bytes, which is how bad ones travel
    assert (answer.status_code, answer.text) == (401, reason)


def test_refuses_another_secret_and_an_old_signature(harness: Harness) -> None:
    assert send(harness, body(1), secret="another secret").status_code == 401
    stale = send(harness, body(1), at=datetime.now(UTC) - timedelta(minutes=20))
    assert (stale.status_code, stale.text) == (401, "signature_stale")


def test_refuses_a_body_over_one_mebibyte_before_looking_at_it(harness: Harness) -> None:
    assert send(harness, b" " * (1024 * 1024 + 1)).status_code == 413

    def drip() -> object:
        for _ in range(20):
            yield b" " * 65536

    assert harness.web.post(PATH, content=drip()).status_code == 413  # type: ignore[arg-type]  # an iterator of bytes


def test_a_signed_body_that_names_no_ticket_becomes_a_visible_failure(harness: Harness) -> None:
    answer = send(harness, b'{"hello": "world"}')
    assert (answer.status_code, answer.text) == (202, "body_not_understood")
    failures = harness.desk("/api/failures").json()["failures"]
    assert [failure["reason"] for failure in failures] == ["body_not_understood"]
    assert "hello" not in json.dumps(failures)
    assert harness.desk(f"/api/failures/{failures[0]['id']}/retry", "POST").status_code == 409


def test_known_events_of_no_interest_are_answered_and_forgotten(harness: Harness) -> None:
    event = {"type": "zen:event-type:ticket.csat_received", "subject": "zen:ticket:5", "id": "1", "detail": {"id": "5"}}
    answer = send(harness, json.dumps(event).encode())
    assert (answer.status_code, answer.text) == (200, "event_of_no_interest")


def test_our_own_updates_start_nothing(harness: Harness) -> None:
    answer = send(harness, body(1, event="ticket.updated", actor_id=str(harness.sandbox.zendesk.bot_user_id)))
    assert (answer.status_code, answer.text) == (200, "own_update")


def test_asks_to_come_back_when_it_cannot_store(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_: object) -> list[bool]:
        raise CannotStore("database is locked")

    monkeypatch.setattr(harness.service.deps.engine, "accept_at_once", lambda _: None)
    monkeypatch.setattr(harness.service.deps.engine, "accept", down)
    answer = send(harness, body(1))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_only_posts_are_taken(harness: Harness) -> None:
    assert harness.web.get(PATH).status_code == 405
