"""Zendesk's signature: the recorded vectors, and that nothing but the exact body, time and secret passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.signatures import BadSignature, verify_zendesk, zendesk_signature

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
STAMP = "2021-03-25T05:09:27Z"
NOW = datetime(2021, 3, 25, 5, 10, tzinfo=UTC)


def verify(
    body: bytes,
    signature: str | None,
    *,
    timestamp: str | None = STAMP,
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
) -> None:
    verify_zendesk(secrets=secrets, signature=signature, timestamp=timestamp, body=body, now=now)


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"event":"ticket.updated","id":123}', "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM="),
        (b"", "wCdBvXaHttn0wRVIYctzZ9O6O0bnqWakJMEKZ9VoRWw="),
    ],
)
def test_accepts_the_vectors_of_the_static_test_secret(body: bytes, signature: str) -> None:
    verify(body, signature)


def test_refuses_the_early_access_order_of_body_and_timestamp() -> None:
    body = b'{"say": "hello"}'
    with pytest.raises(BadSignature, match="signature_wrong"):
        verify(body, zendesk_signature(SECRET, "", body + STAMP.encode()))


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_what_was_signed_is_accepted_with_any_of_the_secrets(body: bytes, secret: str) -> None:
    verify(body, zendesk_signature(secret, STAMP, body), secrets=("another", secret))


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_changed_byte_of_the_body_fails(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != body[place]))
    changed = body[:place] + bytes([other]) + body[place + 1 :]
    with pytest.raises(BadSignature, match="signature_wrong"):
        verify(changed, zendesk_signature(SECRET, STAMP, body))


@given(st.text(max_size=60))
def test_no_other_signature_passes_and_none_breaks_the_check(signature: str) -> None:
    if signature == zendesk_signature(SECRET, STAMP, b"{}"):
        return
    with pytest.raises(BadSignature):
        verify(b"{}", signature)


@pytest.mark.parametrize(("signature", "timestamp"), [(None, STAMP), ("x", None), ("", STAMP), ("x", "")])
def test_refuses_a_missing_header(signature: str | None, timestamp: str | None) -> None:
    with pytest.raises(BadSignature, match="signature_missing"):
        verify(b"{}", signature, timestamp=timestamp)


@pytest.mark.parametrize("late", [timedelta(minutes=11), timedelta(minutes=-11)])
def test_refuses_a_signature_outside_the_window(late: timedelta) -> None:
    signed_at = datetime(2021, 3, 25, 5, 9, 27, tzinfo=UTC)
    with pytest.raises(BadSignature, match="signature_stale"):
        verify(b"{}", zendesk_signature(SECRET, STAMP, b"{}"), now=signed_at + late)


@pytest.mark.parametrize("timestamp", ["yesterday", "1616648967", "2021-03-25T05:09:27"])
def test_refuses_a_timestamp_that_is_no_moment(timestamp: str) -> None:
    with pytest.raises(BadSignature, match="timestamp_unreadable"):
        verify(b"{}", zendesk_signature(SECRET, timestamp, b"{}"), timestamp=timestamp)
