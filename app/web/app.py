"""The web application: doors for webhooks, the desk's API, health and metrics, around one Service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError

from app.service import Service
from app.signatures import GitLabSecrets
from app.web.api.access import documented
from app.web.api.config import ConfigPages
from app.web.api.decisions import DecisionPages
from app.web.api.explain import ExplainPages
from app.web.api.failures import FailurePages
from app.web.api.health import HealthPages
from app.web.api.links import LinkPages
from app.web.api.pauses import PausePages
from app.web.api.precision import PrecisionPages
from app.web.api.refusals import REFUSALS
from app.web.security import SecurityMiddleware, refuse_input
from app.web.webhooks.gitlab import GitLabInbox
from app.web.webhooks.gitlab_deliveries import IssueChanged, NoteWritten
from app.web.webhooks.zendesk import ZendeskInbox
from app.work.messages import FollowIssue, Work
from app.work.updates.relay_note import relay_work


def create_app(service: Service) -> FastAPI:
    """All doors of `pointsman serve`."""
    settings = service.deps.settings
    app = create_worker_app(service)
    inbox = ZendeskInbox(
        secrets=tuple(secret.get_secret_value() for secret in settings.zendesk_webhook_secret),
        intake=service.intake,
        failures=service.deps.records.failures,
        own_user_id=service.deps.identity.zendesk_id,
        heard=service.last_deliveries.heard,
        now=service.deps.now,
    )
    app.include_router(inbox.router())
    if settings.gitlab_webhook_secret:  # without one anybody could send; changes are found by comparing then
        app.include_router(_gitlab_inbox(service).router())
    desk = APIRouter(dependencies=[Depends(documented)], responses=REFUSALS)
    desk.include_router(DecisionPages(service.deps.records).router())
    desk.include_router(LinkPages(service.deps.records.links, service.deps.now).router())
    desk.include_router(PrecisionPages(service.deps.records.corrections).router())
    desk.include_router(ConfigPages(service.deps.rulebook, service.deps.records.config_versions).router())
    desk.include_router(ExplainPages(service.dry_run(), service.deps.clients.zendesk).router())
    desk.include_router(
        FailurePages(service.deps.records.failures, service.deps.records.attempts, service.dead_letters).router()
    )
    desk.include_router(PausePages(service.deps.records.pauses, service.deps.now).router())
    app.include_router(desk)
    return app


def create_worker_app(service: Service) -> FastAPI:
    """Health and metrics alone. The service starts and stops with the application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # In a thread: starting migrates tables and recovers work, and dbos minds being started on a running loop.
        await asyncio.to_thread(service.start)
        await asyncio.to_thread(service.greet)
        yield
        await asyncio.to_thread(service.stop)

    # No page of its own: it would load scripts of others into the origin where the token is typed. The description is
    # behind the token; a redirect to the path without a slash would go to whatever host the caller names.
    app = FastAPI(
        title="Pointsman",
        version=version("pointsman"),
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_exception_handler(RequestValidationError, refuse_input)
    app.add_middleware(SecurityMiddleware, token=service.deps.settings.desk_token.get_secret_value())
    health = HealthPages(
        probes={
            "queue": service.check_queue,
            "workflows": service.check_workflows,
            "config": service.check_config,
            "pauses": service.check_pauses,
        },
        remote={"zendesk": service.check_zendesk, "gitlab": service.check_gitlab},
        waiting=service.deps.engine.backlog.waiting,
        open_failures=service.deps.records.failures.count_open,
        held=service.deps.records.suspended_work.count,
        paused=lambda: {one.what for one in service.deps.pause.current()},
        measure=service.measure,
    )
    app.include_router(health.router())
    return app


def _gitlab_inbox(service: Service) -> GitLabInbox:
    return GitLabInbox(
        secrets=GitLabSecrets.of(secret.get_secret_value() for secret in service.deps.settings.gitlab_webhook_secret),
        intake=service.intake,
        failures=service.deps.records.failures,
        follow=_follow,
        own_user_id=service.deps.identity.gitlab_id,
        heard=service.last_deliveries.heard,
        now=service.deps.now,
    )


def _follow(delivery: IssueChanged | NoteWritten, now: datetime) -> Work:
    if isinstance(delivery, NoteWritten):
        return relay_work(delivery.project_id, delivery.iid, delivery.note_id, now)
    message = FollowIssue(key=delivery.key, accepted_at=now, project_id=delivery.project_id, iid=delivery.iid)
    return Work(message)
