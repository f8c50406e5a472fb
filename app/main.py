"""The web application: doors for webhooks, the desk's API, health and metrics, around one Service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError

from app.desk.access import documented
from app.desk.config import ConfigPages
from app.desk.decisions import DecisionPages
from app.desk.explain import ExplainPages
from app.desk.failures import FailurePages
from app.desk.health import HealthPages
from app.desk.precision import PrecisionPages
from app.desk.refusals import REFUSALS
from app.door.guard import Guard, refuse_input
from app.inbox.zendesk import ZendeskInbox
from app.service import Service


def create_app(service: Service) -> FastAPI:
    """The service starts and stops with the application."""

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
        version="0.1.0",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    settings = service.settings
    app.add_exception_handler(RequestValidationError, refuse_input)
    app.add_middleware(Guard, token=settings.desk_token.get_secret_value())
    inbox = ZendeskInbox(
        secrets=tuple(secret.get_secret_value() for secret in settings.zendesk_webhook_secret),
        intake=service.intake,
        failures=service.records.failures,
        own_user_id=service.own_user_id,
        now=service.now,
    )
    health = HealthPages(
        probes={
            "queue": service.check_queue,
            "config": service.check_config,
        },
        remote={"zendesk": service.check_zendesk, "gitlab": service.check_gitlab},
        waiting=service.engine.waiting,
        open_failures=service.records.failures.count_open,
    )
    app.include_router(inbox.router())
    app.include_router(health.router())
    desk = APIRouter(dependencies=[Depends(documented)], responses=REFUSALS)
    desk.include_router(DecisionPages(service.records).router())
    desk.include_router(PrecisionPages(service.records.corrections).router())
    desk.include_router(ConfigPages(service.rulebook, service.records.config_versions).router())
    desk.include_router(ExplainPages(service.dry_run(), service.zendesk).router())
    desk.include_router(FailurePages(service.records.failures, service.intake, service.now).router())
    app.include_router(desk)
    return app
