"""GitLab's endpoint over HTTP: each answer, what becomes work, and that nothing else does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from prometheus_client import REGISTRY
from pydantic import SecretStr

from app.identity import Identity
from app.records.failures import Failure, Failures
from app.service import Service
from app.settings import Settings
from app.signatures import signing_key, standard_signature
from app.web.webhooks.endpoint import webhook_router
from app.web.webhooks.gitlab import GITLAB
from app.work.messages import CannotStore, FollowIssue, RelayNote, Work
from tests.app.web.webhooks.test_gitlab_deliveries import payload

PATH = "/webhooks/gitlab"
SIGNING = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PLAIN = "a plain token"
BOT = 4242
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


@dataclass
class RecordingIntake:
    down: bool = False
    accepted: dict[str, Work] = field(default_factory=dict)

    async def accept(self, work: Work) -> bool:
        if self.down:
            raise CannotStore("database is locked")
        new = work.message.key not in self.accepted
        self.accepted[work.message.key] = work
        return new


class RecordingFailures(Failures):
    def __init__(self) -> None:
        self.down = False
        self.added: dict[str, Failure] = {}

    def add(self, failure: Failure) -> None:
        if self.down:
            raise RuntimeError("database is locked")
        self.added[failure.key] = failure


@dataclass
class Endpoint:
    web: httpx.Client
    intake: RecordingIntake
    failures: RecordingFailures
    identity: Identity
    received: dict[str, datetime]

    def post(self, body: bytes, **headers: str | bytes) -> tuple[int, str]:
        """With the plain token, unless other headers are given."""
        given = headers or {"x_gitlab_token": PLAIN}
        names = [(name.replace("_", "-").encode(), _raw(value)) for name, value in given.items()]
        answer = self.web.post(PATH, content=body, headers=names)
        return answer.status_code, answer.text

    def outcome(self, body: bytes) -> tuple[int, str, int]:
        """And how much work there is."""
        return *self.post(body), len(self.intake.accepted)


def _raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def signed(body: bytes, message_id: str = "msg-1", stamp: str = STAMP) -> dict[str, str]:
    signature = standard_signature(signing_key(SIGNING), message_id, stamp, body)
    return {"webhook_id": message_id, "webhook_timestamp": stamp, "webhook_signature": signature}


@pytest.fixture(scope="module")
def served() -> Iterator[Endpoint]:
    intake, failures = RecordingIntake(), RecordingFailures()
    nobody = cast("Any", None)  # a delivery calls no service
    identity = Identity(zendesk=nobody, gitlab=nobody)
    received: dict[str, datetime] = {}
    secrets = tuple(SecretStr(one) for one in (SIGNING, PLAIN, "the token before"))
    deps = SimpleNamespace(
        settings=Settings.model_construct(gitlab_webhook_secret=secrets),
        identity=identity,
        records=SimpleNamespace(failures=failures),
        now=lambda: NOW,
    )
    last = SimpleNamespace(received=received)
    service = cast("Service", SimpleNamespace(deps=deps, intake=intake, last_deliveries=last))
    app = FastAPI()
    app.include_router(webhook_router(GITLAB, service))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    with httpx.Client(base_url=f"http://{host}:{port}") as web:
        yield Endpoint(web, intake, failures, identity, received)
    server.should_exit = True
    thread.join()


@pytest.fixture
def endpoint(served: Endpoint) -> Endpoint:
    served.intake.accepted.clear()
    served.intake.down = False
    served.failures.added.clear()
    served.failures.down = False
    served.identity.gitlab_id = BOT
    return served


@pytest.mark.parametrize(
    ("name", "project_id", "iid"),
    [("issue_close", 14, 23), ("confidential_issue_update", 14, 23), ("work_item_incident_close", 7, 412)],
)
def test_a_changed_issue_becomes_work(endpoint: Endpoint, name: str, project_id: int, iid: int) -> None:
    assert endpoint.outcome(payload(name)) == (202, "stored", 1)
    (work,) = endpoint.intake.accepted.values()
    assert isinstance(work.message, FollowIssue)
    assert (work.message.project_id, work.message.iid) == (project_id, iid)
    assert work.message.accepted_at == NOW


@pytest.mark.parametrize("name", ["note_on_issue", "confidential_note_on_issue"])
def test_a_comment_for_the_reporter_becomes_work(endpoint: Endpoint, name: str) -> None:
    assert endpoint.outcome(payload(name)) == (202, "stored", 1)
    (work,) = endpoint.intake.accepted.values()
    assert isinstance(work.message, RelayNote)
    assert work.message.note_id == 1241


@pytest.mark.parametrize("name", ["note_on_merge_request", "emoji_award", "group_member_added", "work_item_epic_close"])
def test_what_does_not_concern_us_is_answered_and_forgotten(endpoint: Endpoint, name: str) -> None:
    assert endpoint.outcome(payload(name)) == (200, "event_of_no_interest", 0)


def test_a_resent_delivery_is_known(endpoint: Endpoint) -> None:
    body = payload("issue_close")
    assert endpoint.post(body, **signed(body)) == (202, "stored")
    assert endpoint.post(body, **signed(body)) == (202, "duplicate")
    assert endpoint.post(body, **signed(body, "msg-2")) == (202, "stored")
    assert endpoint.post(body, x_gitlab_token=PLAIN, idempotency_key="msg-2") == (202, "duplicate")


def test_either_kind_of_secret_and_the_one_before_are_taken(endpoint: Endpoint) -> None:
    body = payload("issue_close")
    assert endpoint.post(body, **signed(body))[0] == 202
    assert endpoint.post(body, **signed(body), x_gitlab_token="of nobody")[0] == 202
    assert endpoint.post(body, x_gitlab_token=PLAIN)[0] == 202
    assert endpoint.post(body, x_gitlab_token="the token before")[0] == 202


BAD_HEADERS: list[tuple[dict[str, str | bytes], str]] = [
    ({"x_gitlab_event": "Issue Hook"}, "signature_missing"),
    ({"x_gitlab_token": ""}, "token_wrong"),
    ({"x_gitlab_token": "wrong"}, "token_wrong"),
    ({"x_gitlab_token": b"\xe9\xff"}, "token_wrong"),
    ({"x_gitlab_token": SIGNING}, "token_wrong"),
    ({"webhook_signature": "v1,AAAA"}, "signature_missing"),
    ({"webhook_id": "msg-1", "webhook_timestamp": STAMP, "webhook_signature": ""}, "signature_missing"),
    ({"webhook_id": "msg-1", "webhook_timestamp": STAMP, "webhook_signature": "v1,AAAA"}, "signature_wrong"),
    ({"webhook_id": "msg-1", "webhook_timestamp": STAMP, "webhook_signature": b"v1,\xe9 \xff,"}, "signature_wrong"),
    ({"webhook_id": b"\xff", "webhook_timestamp": "x", "webhook_signature": "v1"}, "signature_wrong"),
]


@pytest.mark.parametrize(("headers", "reason"), BAD_HEADERS)
def test_refuses_what_is_not_vouched_for(endpoint: Endpoint, headers: dict[str, str | bytes], reason: str) -> None:
    assert endpoint.post(payload("issue_close"), **headers) == (401, reason)
    assert not endpoint.intake.accepted


def test_a_wrong_signature_is_not_made_up_for_by_the_plain_token(endpoint: Endpoint) -> None:
    body = payload("issue_close")
    assert endpoint.post(body + b" ", **signed(body), x_gitlab_token=PLAIN) == (401, "signature_wrong")


def test_refuses_an_old_signature(endpoint: Endpoint) -> None:
    body = payload("issue_close")
    old = str(int(STAMP) - 301)
    assert endpoint.post(body, **signed(body, stamp=old)) == (401, "signature_stale")


def test_refuses_a_body_over_one_mebibyte(endpoint: Endpoint) -> None:
    assert endpoint.post(b" " * (1024 * 1024 + 1)) == (413, "body_too_large")


@pytest.mark.parametrize("body", [b"", b"not JSON, but signed: secret", b'{"object_kind": "issue"}'])
def test_a_signed_body_that_is_not_understood_becomes_one_visible_failure(endpoint: Endpoint, body: bytes) -> None:
    assert endpoint.outcome(body) == endpoint.outcome(body) == (202, "body_not_understood", 0)
    (failure,) = endpoint.failures.added.values()
    assert (failure.source, failure.step, failure.payload) == ("gitlab", "inbox", None)
    assert failure.failed_at == NOW.isoformat()
    assert "secret" not in failure.message


def test_asks_to_come_back_when_it_cannot_store(endpoint: Endpoint) -> None:
    endpoint.intake.down = True
    answer = endpoint.web.post(PATH, content=payload("issue_close"), headers={"X-Gitlab-Token": PLAIN})
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (503, "cannot_store", "5")
    endpoint.failures.down = True
    assert endpoint.post(b"{}") == (503, "cannot_store")


@pytest.mark.parametrize("action", ["open", "update"])
def test_what_we_do_ourselves_starts_nothing(endpoint: Endpoint, action: str) -> None:
    ours = payload("confidential_issue_update", user={"id": BOT}, object_attributes={"action": action})
    assert endpoint.outcome(ours) == (200, "own_update", 0)


def test_our_own_comment_starts_nothing(endpoint: Endpoint) -> None:
    assert endpoint.outcome(payload("note_on_issue", object_attributes={"author_id": BOT})) == (200, "own_update", 0)


@pytest.mark.parametrize("action", ["close", "reopen"])
def test_a_close_by_our_account_is_followed(endpoint: Endpoint, action: str) -> None:
    ours = payload("issue_close", user={"id": BOT}, object_attributes={"action": action})
    assert endpoint.outcome(ours) == (202, "stored", 1)


def test_a_close_by_our_account_that_comes_as_an_update_is_followed(endpoint: Endpoint) -> None:
    assert endpoint.outcome(payload("issue_closed_by_update", user={"id": BOT})) == (202, "stored", 1)


def test_everything_is_followed_while_we_do_not_know_who_we_are(endpoint: Endpoint) -> None:
    endpoint.identity.gitlab_id = None
    nobody: dict[str, Any] = json.loads(payload("issue_close", object_attributes={"action": "update"}))
    del nobody["user"]
    assert endpoint.outcome(json.dumps(nobody).encode()) == (202, "stored", 1)


def test_counts_each_answer_and_says_when_the_last_delivery_of_gitlab_came(endpoint: Endpoint) -> None:
    def count(outcome: str) -> float:
        labels = {"source": "gitlab", "outcome": outcome}
        return REGISTRY.get_sample_value("pointsman_deliveries_total", labels) or 0.0

    before = count("event_of_no_interest"), count("token_wrong")
    endpoint.post(payload("emoji_award"))
    endpoint.post(b"{}", x_gitlab_token="wrong")
    assert (count("event_of_no_interest"), count("token_wrong")) == (before[0] + 1, before[1] + 1)
    assert "gitlab" in endpoint.received


def test_only_posts_are_taken(endpoint: Endpoint) -> None:
    assert endpoint.web.get(PATH).status_code == 405
