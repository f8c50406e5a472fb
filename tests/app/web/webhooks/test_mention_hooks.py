"""Each hook of routing.yaml is a door of its own: its secret, its mapping, and a forum's signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.service import Service
from app.settings import Settings
from app.signatures import BadSignature, verify_discourse
from app.web.webhooks.mention_hooks import mention_hooks_router
from app.work.messages import TakeMentions
from tests.app.web.webhooks.test_gitlab import RecordingFailures, RecordingIntake
from tests.support.rules import rules

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CREATED = (Path(__file__).parent / "payloads" / "discourse__post_created.json").read_bytes()
HOOKS = """
mentions:
  bot: {channel: forum, url: $.link, text: $.said}
  board: {type: discourse, channel: forum, address: 'https://forum.example.com'}
"""
SAID = b'{"link": "https://e.org/7", "said": "gitlab is slow"}'


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Doors:
    common: str = "common-secret"
    of_board: str = "old-secret, new-secret"

    def __post_init__(self) -> None:
        self.at = NOW
        self.intake, self.failures = RecordingIntake(), RecordingFailures()
        given = Settings.model_construct(
            mentions_webhook_secret=_secrets(self.common), mentions_webhook_secret_={"board": _secrets(self.of_board)}
        )
        current = rules(more=HOOKS)
        deps = SimpleNamespace(
            settings=given,
            identity=None,
            records=SimpleNamespace(failures=self.failures),
            now=lambda: self.at,
            rulebook=SimpleNamespace(current=lambda: current),
        )
        last = SimpleNamespace(received=dict[str, datetime]())
        service = cast("Service", SimpleNamespace(deps=deps, intake=self.intake, last_deliveries=last))
        self.app = FastAPI()
        self.app.include_router(mention_hooks_router(service))

    async def post(self, name: str, body: bytes, **headers: str) -> tuple[int, str]:
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        async with AsyncClient(transport=ASGITransport(self.app), base_url="http://p") as web:
            answer = await web.post(f"/webhooks/mentions/{name}", content=body, headers=given)
        return answer.status_code, answer.text

    async def push(self, body: bytes, event: str = "post_created", secret: str = "new-secret") -> tuple[int, str]:
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return await self.post("board", body, x_discourse_event=event, x_discourse_event_signature=signature)

    @property
    def taken(self) -> list[TakeMentions]:
        return [cast("TakeMentions", work.message) for work in self.intake.accepted.values()]


def _secrets(given: str) -> Any:
    return Settings.model_validate(
        {"mentions_webhook_secret": given}
        | dict.fromkeys(("zendesk_url", "gitlab_url"), "https://e.org")
        | dict.fromkeys(("zendesk_webhook_secret", "gitlab_token", "desk_token"), "desk-token-of-the-tests")
    ).mentions_webhook_secret


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer common-secret", 202),
        ("Basic aG9vazpjb21tb24tc2VjcmV0", 202),  # https://hook:common-secret@...
        ("Basic aG9vazpvdGhlcg==", 401),
        ("Basic ???", 401),
        ("Bearer old-secret", 401),
        ("", 401),
    ],
)
async def test_a_hook_takes_the_common_secret_as_token_or_password(authorization: str, status: int) -> None:
    doors = Doors()
    assert (await doors.post("bot", SAID, authorization=authorization))[0] == status
    assert len(doors.taken) == (status == 202)


async def test_what_is_handed_over_names_its_hook_and_is_mapped() -> None:
    doors = Doors()
    assert await doors.post("bot", SAID, authorization="Bearer common-secret") == (202, "stored")
    (message,) = doors.taken
    assert (message.hook, message.mentions[0].url, message.mentions[0].text) == (
        "bot",
        "https://e.org/7",
        "gitlab is slow",
    )


async def test_the_same_words_are_a_repetition_at_once_and_an_edit_back_later() -> None:
    doors = Doors()
    for at in (NOW, NOW, NOW + timedelta(minutes=5)):
        doors.at = at
        await doors.post("bot", SAID, authorization="Bearer common-secret")
    assert len(doors.taken) == 2


async def test_what_cannot_be_mapped_becomes_a_failure_that_names_the_hook() -> None:
    doors = Doors()
    assert await doors.post("bot", b"{}", authorization="Bearer common-secret") == (202, "body_not_understood")
    (failure,) = doors.failures.added.values()
    assert failure.message.endswith("`url` ($.link) is missing. Compare it with `mentions.bot` of routing.yaml.")


@pytest.mark.parametrize(("name", "common"), [("nobody", "common-secret"), ("bot", "")])
async def test_a_hook_that_is_not_there_or_has_no_secret_is_closed(name: str, common: str) -> None:
    doors = Doors(common=common)
    assert await doors.post(name, SAID, authorization="Bearer ") == (404, "no_such_hook")


@pytest.mark.parametrize(("secret", "status"), [("new-secret", 202), ("old-secret", 202), ("common-secret", 401)])
async def test_a_forum_signs_with_one_of_the_secrets_of_its_hook(secret: str, status: int) -> None:
    assert (await Doors().push(CREATED, secret=secret))[0] == status


async def test_a_post_of_the_forum_is_the_mention_that_the_feed_would_find() -> None:
    doors = Doors()
    await doors.push(CREATED)
    (mention,) = doors.taken[0].mentions
    assert (mention.id, mention.url) == ("4711", "https://forum.example.com/t/runner-fails/77/2")
    assert (mention.author.handle, mention.thread.title) == ("ada", "Runner fails")
    assert mention.in_reply_to == "https://forum.example.com/t/runner-fails/77/1"


@pytest.mark.parametrize(("event", "deleted"), [("post_created", False), ("post_destroyed", True)])
async def test_the_forum_says_that_a_post_is_deleted(event: str, *, deleted: bool) -> None:
    doors = Doors()
    await doors.push(CREATED, event)
    assert [one.deleted for one in doors.taken[0].mentions] == [deleted]


@pytest.mark.parametrize(
    ("event", "change", "outcome"),
    [
        ("post_created", {}, (202, "stored")),
        ("post_recovered", {}, (202, "stored")),
        ("post_edited", {}, (202, "stored")),
        ("post_destroyed", {}, (202, "stored")),
        ("post_edited", {"created_at": "2026-11-20T11:00:00Z"}, (200, "event_of_no_interest")),
        ("post_created", {"topic_archetype": "private_message"}, (200, "event_of_no_interest")),
        ("post_created", {"post_type": 4}, (200, "event_of_no_interest")),
        ("post_created", {"hidden": True}, (200, "event_of_no_interest")),
        ("ping", {}, (200, "event_of_no_interest")),
        ("topic_created", {}, (200, "event_of_no_interest")),
        ("", {}, (200, "event_of_no_interest")),
        ("post_created", {"id": "x"}, (202, "body_not_understood")),
    ],
)
async def test_only_what_everybody_may_read_is_taken(
    event: str, change: dict[str, Any], outcome: tuple[int, str]
) -> None:
    post = json.loads(CREATED)["post"] | change
    assert await Doors().push(json.dumps({"post": post}).encode(), event) == outcome


def test_the_signature_is_that_of_discourses_own_tests() -> None:
    signature = "sha256=162f107f6b5022353274eb1a7197885cfd35744d8d08e5bcea025d309386b7d6"
    verify_discourse(secrets=["x", "my_lovely_secret_for_web_hook"], signature=signature, body=b'{"ping":"OK"}')
    for wrong in (None, "", signature[7:], "sha1=" + signature[7:], signature.upper()):
        with pytest.raises(BadSignature):
            verify_discourse(secrets=["my_lovely_secret_for_web_hook"], signature=wrong, body=b'{"ping":"OK"}')
