"""GitLab's two kinds of secret: the vector, what other makers of signatures send, and games with headers."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from app.signatures import BadSignature, WebhookSecrets, signing_key, standard_signature, verify_standard_webhook
from integrations.sandbox.gitlab import webhooks as sandbox

SIGNING = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER_SIGNING = sandbox.SIGNING_TOKEN
PLAIN = "a plain token"
ID, STAMP, BODY = "msg-1", "1700000000", b'{"object_kind":"issue"}'
SIGNATURE = "v1,bRpy1E7IzLs/yHZtaFjMQPL9isz/kWwrYTGy4LgDgEg="
NOW = datetime.fromtimestamp(1700000000, UTC)
HEADER = st.none() | st.text(max_size=60) | st.sampled_from(["", STAMP, ID, SIGNATURE, "v1,", "v1", ",", SIGNING])


def verify(*secrets: str, **changes: Any) -> None:
    given: dict[str, Any] = {"signature": SIGNATURE, "message_id": ID, "timestamp": STAMP, "token": None}
    given |= {"body": BODY, "now": NOW}
    verify_standard_webhook(secrets=WebhookSecrets.of(secrets or (SIGNING,)), **{**given, **changes})


def signed(token: str, message_id: str = ID, timestamp: str = STAMP, body: bytes = BODY) -> str:
    return standard_signature(signing_key(token), message_id, timestamp, body)


def test_accepts_the_known_vector() -> None:
    verify()


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(codec="utf-8")), st.uuids())
def test_accepts_what_the_reference_library_signs(key: bytes, text: str, message_id: object) -> None:
    token = "whsec_" + base64.b64encode(key).decode()
    signature = Webhook(token).sign(str(message_id), NOW, text)
    verify(token, signature=signature, message_id=str(message_id), body=text.encode())


def test_accepts_what_the_sandbox_signs() -> None:
    verify(OTHER_SIGNING, signature=sandbox.signature(OTHER_SIGNING, ID, STAMP, BODY))


def test_any_signature_of_the_list_will_do_by_any_of_our_tokens() -> None:
    games = f"v1a,abc v2,{SIGNATURE[3:]} nonsense  , v1, {signed(OTHER_SIGNING)} {SIGNATURE}"
    for secrets in ((SIGNING,), (OTHER_SIGNING,), (PLAIN, OTHER_SIGNING, SIGNING)):
        verify(*secrets, signature=games)


def test_a_plain_token_will_do_where_nothing_is_signed() -> None:
    for secrets in ((PLAIN,), ("old", PLAIN), (SIGNING, PLAIN)):
        verify(*secrets, signature=None, message_id=None, timestamp=None, token=PLAIN)
        verify(*secrets, signature=None, token=PLAIN)  # GitLab may send the id and the time without a signature


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "signature_missing"),
        ("v1,AAAA", "signature_wrong"),
        (SIGNATURE[3:], "signature_wrong"),
        (SIGNATURE.replace("v1", "v2"), "signature_wrong"),
        (SIGNATURE.replace("=", ""), "signature_wrong"),
    ],
)
def test_the_plain_token_does_not_make_up_for_a_signature(signature: str, reason: str) -> None:
    with pytest.raises(BadSignature, match=reason):
        verify(SIGNING, PLAIN, signature=signature, token=PLAIN)


def test_a_signature_that_nobody_can_check_is_refused_with_a_reason_of_its_own() -> None:
    with pytest.raises(BadSignature, match="signing_token_not_configured"):
        verify(PLAIN, token=PLAIN)


def test_a_signing_token_is_no_plain_token() -> None:
    with pytest.raises(BadSignature, match="signature_missing"):
        verify(SIGNING, signature=None, token=SIGNING)
    with pytest.raises(BadSignature, match="token_wrong"):
        verify(SIGNING, PLAIN, signature=None, token=SIGNING)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"token": None}, "signature_missing"),
        ({"token": ""}, "token_wrong"),
        ({"token": PLAIN + " "}, "token_wrong"),
        ({"token": PLAIN.upper()}, "token_wrong"),
        ({"token": "\udcff"}, "token_wrong"),
    ],
)
def test_refuses_a_missing_or_wrong_token(headers: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadSignature, match=reason):
        verify(PLAIN, SIGNING, signature=None, **headers)


@pytest.mark.parametrize("missing", [{"message_id": None}, {"message_id": ""}, {"timestamp": None}, {"timestamp": ""}])
def test_a_signature_needs_its_id_and_its_time(missing: dict[str, Any]) -> None:
    with pytest.raises(BadSignature, match="signature_missing"):
        verify(**missing)


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_the_time_may_be_five_minutes_off(late: timedelta) -> None:
    verify(now=NOW + late)
    with pytest.raises(BadSignature, match="signature_stale"):
        verify(now=NOW + late * 1.01)


@pytest.mark.parametrize("stamp", ["yesterday", "1700000000.0", "-1", "1e9", "\u0661", " 1700000000", "1" * 5000])
def test_refuses_a_time_that_is_no_number_of_seconds(stamp: str) -> None:
    with pytest.raises(BadSignature, match="timestamp_unreadable"):
        verify(signature=signed(SIGNING, timestamp=stamp), timestamp=stamp)


CHANGES = {
    "body": st.binary(max_size=200),
    "message_id": st.text(min_size=1, max_size=9),
    "timestamp": st.integers(1699999800, 1700000200).map(str),
}


@given(st.binary(max_size=200), st.sampled_from(sorted(CHANGES)), st.data())
def test_any_change_of_body_id_or_time_fails(body: bytes, name: str, data: st.DataObject) -> None:
    right = {"signature": signed(SIGNING, body=body), "body": body, "message_id": ID, "timestamp": STAMP}
    verify(**right)
    other = data.draw(CHANGES[name].filter(lambda value: value != right[name]))
    with pytest.raises(BadSignature, match="signature_wrong"):
        verify(**{**right, name: other})


@given(HEADER, HEADER, HEADER, HEADER, st.binary(max_size=50))
def test_no_headers_break_the_check_and_none_pass(
    signature: str | None, message_id: str | None, timestamp: str | None, token: str | None, body: bytes
) -> None:
    with pytest.raises(BadSignature):
        verify(
            SIGNING,
            "\N{SNOWMAN} a token that is not drawn, because it is longer than any that is",
            signature=signature,
            message_id=message_id,
            timestamp=timestamp,
            token=token,
            body=body,
        )


@pytest.mark.parametrize(
    "secrets",
    [
        (),
        ("",),
        (PLAIN, ""),
        ("whsec_",),
        ("whsec_AAAA",),
        ("whsec_not base64 at all, not base64 at all, no",),
        (SIGNING.rstrip("="),),
        (SIGNING + "\N{SNOWMAN}",),
        ("whsec_" + base64.b64encode(bytes(65)).decode(),),
    ],
)
def test_secrets_that_cannot_protect_are_refused_without_being_quoted(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError) as refused:
        WebhookSecrets.of(secrets)
    assert not any(len(secret) > 6 and secret[6:] in str(refused.value) for secret in secrets)


def test_secrets_do_not_show_themselves() -> None:
    shown = repr(WebhookSecrets.of((SIGNING, PLAIN)))
    assert PLAIN not in shown
    assert "x00" not in shown
