"""A source of webhooks is a value: any sender is verified, stored and answered alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from app.service import Service
from app.settings import Settings
from app.signatures import BadSignature
from app.web.app import SOURCES
from app.web.webhooks.endpoint import webhook_router
from app.web.webhooks.source import Ignored, NotUnderstood, Received, WebhookSource
from app.work.messages import FollowIssue, Work
from tests.app.web.webhooks.test_gitlab import RecordingFailures, RecordingIntake

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def verify(received: Received, secrets: Sequence[str]) -> None:
    if received.headers.get("x-secret") not in secrets:
        raise BadSignature("secret_wrong")


def work(received: Received, own_id: int | None) -> Work | Ignored:
    if received.body == str(own_id).encode():
        return "own_update"
    if not received.body.isdigit():
        raise NotUnderstood("the body is no number")
    return Work(FollowIssue(key="a:1", accepted_at=received.at, project_id=1, iid=int(received.body)))


FEED = WebhookSource(
    name="feed",
    summary="A feed delivers here",
    advice="Check the feed.",
    secrets=lambda _: [SecretStr("s3cret")],
    verify=verify,
    own_id=lambda _: 7,
    work=work,
)


class Feed:
    """The endpoint of FEED, with what it stored."""

    def __init__(self) -> None:
        self.intake, self.failures, self.received = RecordingIntake(), RecordingFailures(), dict[str, datetime]()
        deps = SimpleNamespace(
            settings=None, identity=None, records=SimpleNamespace(failures=self.failures), now=lambda: NOW
        )
        last = SimpleNamespace(received=self.received)
        service = cast("Service", SimpleNamespace(deps=deps, intake=self.intake, last_deliveries=last))
        self.app = FastAPI()
        self.app.include_router(webhook_router(FEED, service))

    async def post(self, body: bytes, secret: str = "s3cret") -> Response:
        async with AsyncClient(transport=ASGITransport(self.app), base_url="http://feed") as web:
            return await web.post("/webhooks/feed", content=body, headers={"X-Secret": secret})


async def test_a_delivery_is_verified_before_it_is_read() -> None:
    feed = Feed()
    answer = await feed.post(b"no number", secret="wrong")
    assert (answer.status_code, answer.text) == (401, "secret_wrong")
    assert (feed.received, feed.failures.added) == ({}, {})


async def test_a_delivery_is_stored_once() -> None:
    feed = Feed()
    answers = [await feed.post(b"5"), await feed.post(b"5")]
    assert [(one.status_code, one.text) for one in answers] == [(202, "stored"), (202, "duplicate")]
    assert feed.received == {"feed": NOW}


async def test_what_leads_to_no_work_is_answered_200() -> None:
    answer = await Feed().post(b"7")
    assert (answer.status_code, answer.text) == (200, "own_update")


async def test_what_cannot_be_read_becomes_a_failure_with_the_sources_advice() -> None:
    feed = Feed()
    answer = await feed.post(b"no number")
    assert (answer.status_code, answer.text) == (202, "body_not_understood")
    (failure,) = feed.failures.added.values()
    assert failure.source == "feed"
    assert failure.message == "A signed delivery of 9 bytes: the body is no number. Check the feed."


def test_every_source_has_a_name_of_its_own_and_is_closed_without_a_secret() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    settings = Settings.model_construct(zendesk_webhook_secret=(), gitlab_webhook_secret=())
    assert [source.name for source in SOURCES if source.secrets(settings)] == []
