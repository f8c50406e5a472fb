"""Webhooks from those who do not know the secret, over real HTTP: none is stored, whatever its form."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.signatures import WINDOW, zendesk_signature
from tests.attack.wire import Heard, request, say
from tests.support.harness import Harness

PATH = "/webhooks/zendesk"
BODY = json.dumps({"v": 1, "event": "ticket.created", "ticket_id": "4711"}).encode()
SIGNATURE = "X-Zendesk-Webhook-Signature"
TIMESTAMP = "X-Zendesk-Webhook-Signature-Timestamp"


def stamp(at: datetime | None = None) -> str:
    return (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def signed(harness: Harness, body: bytes = BODY, timestamp: str = "") -> str:
    return zendesk_signature(harness.sandbox.zendesk.webhook_secret, timestamp or stamp(), body)


def post(harness: Harness, *headers: str, body: bytes = BODY) -> Heard:
    address = str(harness.web.base_url)
    return say(address, request("POST", PATH, *headers, f"Content-Length: {len(body)}", body=body))


def test_the_right_one_is_let_in_whatever_the_case_of_the_headers(harness: Harness) -> None:
    ticket_id = harness.ticket("@gitlab thank you for the great release!")
    body = json.dumps({"v": 1, "ticket_id": ticket_id}).encode()
    heard = post(harness, f"{SIGNATURE.upper()}: {signed(harness, body)}", f"{TIMESTAMP.lower()}: {stamp()}", body=body)
    assert heard.status == 202
    harness.decision(ticket_id)
    harness.idle()


def test_a_signature_that_is_nearly_right_is_wrong(harness: Harness) -> None:
    right, at = signed(harness), stamp()
    wrong = [
        right[:-1],
        right[:10],
        right[:-2] + "==",
        right + "=",
        right + right,
        right.lower(),
        base64.b64encode(base64.b64decode(right)[::-1]).decode(),
        base64.b64encode(base64.b64decode(right)[:20]).decode(),
        base64.b64decode(right).hex(),
        base64.urlsafe_b64encode(base64.b64decode(right) + b"\xff").decode(),
        f"sha256={right}",
        f"{right}, {right}",
        f'"{right}"',
        "\xe9" * 44,
        "=" * 44,
        "A" * 30_000,
    ]
    for one in wrong:
        heard = post(harness, f"{SIGNATURE}: {one}", f"{TIMESTAMP}: {at}")
        assert (heard.status, heard.raw[-15:]) == (401, b"signature_wrong"), one


def test_every_bit_of_the_body_and_of_the_timestamp_is_signed(harness: Harness) -> None:
    at = stamp()
    right = signed(harness, timestamp=at)
    for body in (BODY[:-1], BODY + b" ", BODY.replace(b"4711", b"4712"), b"", at[-1:].encode() + BODY):
        assert post(harness, f"{SIGNATURE}: {right}", f"{TIMESTAMP}: {at}", body=body).status == 401
    # The two are joined without a separator: what is taken from one and given to the other keeps the signature.
    assert post(harness, f"{SIGNATURE}: {right}", f"{TIMESTAMP}: {at[:-1]}", body=at[-1:].encode() + BODY).status == 401
    assert post(harness, f"{SIGNATURE}: {right}", f"{TIMESTAMP}: {at}{BODY[:1].decode()}", body=BODY[1:]).status == 401


@pytest.mark.parametrize("secret", ["", "another secret", "\x00", "a" * 5000])
def test_another_secret_does_not_sign(harness: Harness, secret: str) -> None:
    at = stamp()
    heard = post(harness, f"{SIGNATURE}: {zendesk_signature(secret, at, BODY)}", f"{TIMESTAMP}: {at}")
    assert heard.status == 401


@pytest.mark.parametrize("away", [WINDOW + timedelta(minutes=1), -WINDOW - timedelta(minutes=1), timedelta(days=4000)])
def test_a_replay_outside_the_window_is_refused(harness: Harness, away: timedelta) -> None:
    at = stamp(datetime.now(UTC) - away)
    heard = post(harness, f"{SIGNATURE}: {signed(harness, timestamp=at)}", f"{TIMESTAMP}: {at}")
    assert (heard.status, heard.raw[-15:]) == (401, b"signature_stale")


def test_a_replay_inside_the_window_is_known(harness: Harness) -> None:
    ticket_id, at = harness.ticket("@gitlab thank you for the great release!"), stamp()
    body = json.dumps({"v": 1, "ticket_id": ticket_id}).encode()
    headers = (f"{SIGNATURE}: {signed(harness, body, at)}", f"{TIMESTAMP}: {at}")
    post(harness, *headers, body=body)
    harness.decision(ticket_id)
    harness.idle()
    before = harness.sandbox.zendesk.ticket(ticket_id)
    assert [post(harness, *headers, body=body).status for _ in range(3)] == [202] * 3
    harness.idle()
    assert harness.sandbox.zendesk.ticket(ticket_id) == before


@pytest.mark.parametrize(
    "at",
    ["now", "0", "2026", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-20T10:00:00", "1e999", "٢"],
)
def test_a_signed_time_that_is_none_is_refused(harness: Harness, at: str) -> None:
    raw = at.encode().decode("latin-1")
    heard = post(harness, f"{SIGNATURE}: {signed(harness, timestamp=raw)}", f"{TIMESTAMP}: {raw}")
    assert heard.status == 401


def test_headers_that_come_twice_do_not_help(harness: Harness) -> None:
    right, at = signed(harness), stamp()
    old = stamp(datetime.now(UTC) - timedelta(hours=1))
    assert post(harness, f"{SIGNATURE}: AAAA", f"{SIGNATURE}: {right}", f"{TIMESTAMP}: {at}").status == 401
    replayed = f"{SIGNATURE}: {signed(harness, timestamp=old)}"
    assert post(harness, replayed, f"{TIMESTAMP}: {old}", f"{TIMESTAMP}: {at}").status == 401
    assert post(harness, replayed, f"{TIMESTAMP}: {at}", f"{TIMESTAMP}: {old}").status == 401


@pytest.mark.parametrize("name", ["X_Zendesk_Webhook_Signature", "X-Zendesk-Webhook-Signature ", "Webhook-Signature"])
def test_only_the_header_of_that_name_counts(harness: Harness, name: str) -> None:
    assert post(harness, f"{name}: {signed(harness)}", f"{TIMESTAMP}: {stamp()}").status in {400, 401}


def test_a_signature_in_a_trailer_or_in_the_address_does_not_count(harness: Harness) -> None:
    at = stamp()
    trailers = f"{SIGNATURE}: {signed(harness, timestamp=at)}\r\n{TIMESTAMP}: {at}\r\n\r\n".encode()
    chunked = request("POST", PATH, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY) + trailers
    assert say(str(harness.web.base_url), chunked).status == 401
    answer = harness.web.post(PATH, params={SIGNATURE: signed(harness, timestamp=at), TIMESTAMP: at}, content=BODY)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b'{"ticket_id": ' + b"[" * 400 + b"]" * 400 + b"}",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"type": "zen:event-type:ticket.created", "id": "\\ud800", "subject": "zen:user:3"}',
        b'{"ticket_id": ' + b"9" * 5000 + b"}",
        b'{"ticket_id": 1e400}',
        b'{"ticket_id": 47.11}',
        b'{"ticket_id": NaN}',
        b"\x00" * 1000,
        b"\xef\xbb\xbf{}",
        b'"' + b"a" * 1_000_000 + b'"',
    ],
    ids=["deep", "deeper", "half a character", "long number", "infinity", "fraction", "nan", "zeros", "mark", "long"],
)
def test_strange_bodies_that_are_signed_become_failures_and_no_crash(harness: Harness, body: bytes) -> None:
    at = stamp()
    heard = post(harness, f"{SIGNATURE}: {signed(harness, body, at)}", f"{TIMESTAMP}: {at}", body=body)
    assert (heard.status, heard.raw[-19:]) == (202, b"body_not_understood")


@pytest.mark.parametrize("depth", [100, 900, 940, 960, 980, 1000, 5000])
def test_an_event_may_be_nested_as_deeply_as_it_likes(harness: Harness, depth: int) -> None:
    ticket_id, at = harness.ticket("@gitlab thank you for the great release!"), stamp()
    event = (
        '{"type": "zen:event-type:ticket.created", "subject": "zen:ticket:%d", "ticket_id": %d, "detail": {"a": %s}}'
    )
    body = (event % (ticket_id, ticket_id, "[" * depth + "]" * depth)).encode()
    assert post(harness, f"{SIGNATURE}: {signed(harness, body, at)}", f"{TIMESTAMP}: {at}", body=body).status == 202
    assert harness.decision(ticket_id)["state"] == "done"
    harness.idle()


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "a" * 100_000, "\\u202e"])
def test_strange_values_beside_the_ticket_id_are_not_stored(harness: Harness, text: str) -> None:
    ticket_id, at = harness.ticket("@gitlab thank you for the great release!"), stamp()
    fields = f'"event": "{text}", "actor_id": "{text}", "updated_at": "{text}", "v": "{text}"'
    body = f'{{"ticket_id": "{ticket_id}", {fields}}}'.encode()
    assert post(harness, f"{SIGNATURE}: {signed(harness, body, at)}", f"{TIMESTAMP}: {at}", body=body).status == 202
    assert harness.decision(ticket_id)["state"] == "done"
    harness.idle()


def test_bodies_that_are_too_much_are_refused_before_the_signature_is_looked_at(harness: Harness) -> None:
    address, large = str(harness.web.base_url), 1024 * 1024 + 1
    assert say(address, request("POST", PATH, f"Content-Length: {large}")).status == 413
    assert say(address, request("POST", PATH, f"Content-Length: {10**25}")).status in {400, 413}
    chunked = request("POST", PATH, "Transfer-Encoding: chunked") + b"%x\r\n" % large + b" " * large
    assert say(address, chunked).status in {413, 0}
    assert post(harness, "Content-Encoding: gzip").status == 415


def test_an_accepted_delivery_may_be_as_large_as_the_limit_and_come_in_pieces(harness: Harness) -> None:
    ticket_id, at = harness.ticket("@gitlab thank you for the great release!"), stamp()
    body = json.dumps({"ticket_id": ticket_id}).encode().ljust(1024 * 1024)
    pieces = b"".join(b"400\r\n" + body[n : n + 1024] + b"\r\n" for n in range(0, len(body), 1024)) + b"0\r\n\r\n"
    head = request(
        "POST", PATH, "Transfer-Encoding: chunked", f"{SIGNATURE}: {signed(harness, body, at)}", f"{TIMESTAMP}: {at}"
    )
    assert say(str(harness.web.base_url), head + pieces).status == 202
    harness.decision(ticket_id)
    harness.idle()
