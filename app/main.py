"""The web application: doors for webhooks, the desk's API, health and metrics, around one Service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import Depends, FastAPI

from app.desk.access import require_token
from app.desk.config import ConfigPages
from app.desk.decisions import DecisionPages
from app.desk.explain import ExplainPages
from app.desk.failures import FailurePages
from app.desk.health import HealthPages
from app.desk.links import LinkPages
from app.desk.pauses import PausePages
from app.desk.precision import PrecisionPages
from app.inbox.gitlab import GitLabInbox
from app.inbox.gitlab_deliveries import IssueChanged, NoteWritten
from app.inbox.signatures import GitLabSecrets
from app.inbox.zendesk import ZendeskInbox
from app.service import Service
from app.work.engine import Work
from app.work.following.follow_issue import follow_work
from app.work.following.relay_note import relay_work


def create_app(service: Service) -> FastAPI:
    """The service starts and stops with the application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # In a thread: starting migrates tables and recovers work, and dbos minds being started on a running loop.
        await asyncio.to_thread(service.start)
        await asyncio.to_thread(service.greet)
        yield
        await asyncio.to_thread(service.stop)

    app = FastAPI(title="Pointsman", version="0.1.0", lifespan=lifespan, redoc_url=None)
    settings = service.settings
    inbox = ZendeskInbox(
        secrets=tuple(secret.get_secret_value() for secret in settings.zendesk_webhook_secret),
        intake=service.intake,
        failures=service.records.failures,
        own_user_id=service.identity.zendesk_id,
        heard=service.listening.heard,
        now=service.now,
    )
    health = HealthPages(
        probes={
            "queue": service.check_queue,
            "config": service.check_config,
            "zendesk": service.check_zendesk,
            "gitlab": service.check_gitlab,
            "pauses": service.check_pauses,
        },
        waiting=service.engine.waiting,
        open_failures=service.records.failures.count_open,
        held=service.records.held.count,
        paused=lambda: {one.what for one in service.pausing.current()},
    )
    app.include_router(inbox.router())
    if settings.gitlab_webhook_secret:  # without one anybody could send; changes are found by comparing then
        app.include_router(_gitlab_inbox(service).router())
    app.include_router(health.router())
    desk = [Depends(require_token(settings.desk_token.get_secret_value()))]
    app.include_router(DecisionPages(service.records).router(), dependencies=desk)
    app.include_router(LinkPages(service.records.links, service.now).router(), dependencies=desk)
    app.include_router(PrecisionPages(service.records.corrections).router(), dependencies=desk)
    app.include_router(ConfigPages(service.rulebook, service.records.config_versions).router(), dependencies=desk)
    app.include_router(ExplainPages(service.dry_run(), service.clients.zendesk).router(), dependencies=desk)
    failures = FailurePages(service.records.failures, service.records.attempts, service.retrying)
    app.include_router(failures.router(), dependencies=desk)
    app.include_router(PausePages(service.records.pauses, service.now).router(), dependencies=desk)
    return app


def _gitlab_inbox(service: Service) -> GitLabInbox:
    return GitLabInbox(
        secrets=GitLabSecrets.of(secret.get_secret_value() for secret in service.settings.gitlab_webhook_secret),
        intake=service.intake,
        failures=service.records.failures,
        follow=_follow,
        own_user_id=service.identity.gitlab_id,
        heard=service.listening.heard,
        now=service.now,
    )


def _follow(delivery: IssueChanged | NoteWritten, now: datetime) -> Work:
    if isinstance(delivery, NoteWritten):
        return relay_work(delivery.project_id, delivery.iid, delivery.note_id, now)
    return follow_work(delivery.key, delivery.project_id, delivery.iid, now)
