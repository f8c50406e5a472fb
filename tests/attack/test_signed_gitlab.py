"""GitLab's door, over real HTTP: wrong signatures in every form, and bodies that are signed and strange."""

from __future__ import annotations

import json
import time

import pytest

from app.signatures import STANDARD_WINDOW, signing_key, standard_signature
from tests.attack.wire import Heard, request, say
from tests.support.harness import Harness

PATH = "/webhooks/gitlab"
BODY = json.dumps(
    {"object_kind": "issue", "object_attributes": {"iid": 1, "project_id": 2, "action": "close"}}
).encode()
OTHER_KEY = b"another key that has 32 bytes!!!"


def post(harness: Harness, *headers: str, body: bytes = BODY) -> Heard:
    address = str(harness.web.base_url)
    return say(address, request("POST", PATH, *headers, f"Content-Length: {len(body)}", body=body))


def signed(harness: Harness, body: bytes = BODY, *, message: str = "m-1", at: int | None = None) -> list[str]:
    stamp = str(int(time.time()) if at is None else at)
    signature = standard_signature(signing_key(harness.sandbox.gitlab.signing_token), message, stamp, body)
    return [f"Webhook-Signature: {signature}", f"Webhook-Id: {message}", f"Webhook-Timestamp: {stamp}"]


def test_a_signature_that_is_nearly_right_is_wrong(harness: Harness) -> None:
    first, message, stamp = signed(harness)
    right = first.partition("v1,")[2]
    now = str(int(time.time()))
    wrong = [
        f"v1,{right[:-1]}",
        f"v1a,{right}",
        right,
        f"v1,{right},",
        f"v1, {right}",
        f"v2,{right}",
        "v1," * 3000,
        f"v1,{right.lower()}",
        standard_signature(OTHER_KEY, "m-1", now, BODY),
        standard_signature(b"", "m-1", now, BODY),
        "\xff\xfe",
    ]
    for one in wrong:
        assert post(harness, f"Webhook-Signature: {one}", message, stamp).status == 401, one
    # What is signed is joined with dots: moving one changes what is signed.
    assert post(harness, first, "Webhook-Id: m-1." + stamp.partition(": ")[2], "Webhook-Timestamp: ").status == 401
    assert post(harness, first, message, stamp, body=BODY + b" ").status == 401
    assert post(harness, first, "Webhook-Id: m-2", stamp).status == 401


@pytest.mark.parametrize("away", [STANDARD_WINDOW.total_seconds() + 60, -STANDARD_WINDOW.total_seconds() - 60, 10**9])
def test_a_replay_outside_the_window_is_refused(harness: Harness, away: float) -> None:
    heard = post(harness, *signed(harness, at=max(0, int(time.time() - away))))
    assert (heard.status, heard.raw[-15:]) == (401, b"signature_stale")


def test_a_plain_token_does_not_stand_in_for_a_signature(harness: Harness) -> None:
    key = harness.sandbox.gitlab.signing_token
    assert post(harness, f"X-Gitlab-Token: {key}").status == 401
    assert post(harness, "X-Gitlab-Token: ").status == 401
    assert post(harness, "Webhook-Signature: ", f"X-Gitlab-Token: {key}").status == 401
    assert post(harness).status == 401


@pytest.mark.parametrize(
    "body",
    [
        b'{"event_name": "issue", "object_attributes": {"iid": 1}}',
        b'{"event_name": "work_item", "object_attributes": {"iid": 1}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": 1e400, "project_id": true}}',
        b'{"object_kind": "issue", "object_attributes": {"iid": ' + b"9" * 30 + b', "project_id": 1}}',
        b'{"object_kind": "issue", "object_attributes": []}',
        b'{"object_kind": ["issue"]}',
        b'{"object_kind": "issue", "object_attributes": ' + b"[" * 5000,
        b"\xff\x00",
        b"",
    ],
)
def test_strange_bodies_that_are_signed_become_failures_and_no_crash(harness: Harness, body: bytes) -> None:
    heard = post(harness, *signed(harness, body), body=body)
    assert (heard.status, heard.raw[-19:]) == (202, b"body_not_understood")


def test_a_comment_of_a_megabyte_of_line_ends_is_read_at_once(harness: Harness) -> None:
    note = {"noteable_type": "Issue", "action": "create", "note": "\n/tell-reporte" * 60_000}
    body = json.dumps({"object_kind": "note", "object_attributes": note}).encode()
    started = time.monotonic()
    assert post(harness, *signed(harness, body), body=body).status == 200
    assert time.monotonic() - started < 5
