"""The web application around one service: webhooks, the API, the desk's pages, health and metrics."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.desk.kept import Kept
from app.desk.open import desk_access
from app.desk.registry import desk_router, explain_problem, refusal
from app.desk.shared_ticks import SharedTicks
from app.desk.turns import PageTurns
from app.service import Service
from app.web.api import health
from app.web.api import router as api
from app.web.security import SecurityMiddleware, refuse_input
from app.web.webhooks.endpoint import webhook_router
from app.web.webhooks.gitlab import GITLAB
from app.web.webhooks.mention_hooks import mention_hooks_router
from app.web.webhooks.mentions import MENTIONS
from app.web.webhooks.zendesk import ZENDESK

log = structlog.get_logger(__name__)

SOURCES = (ZENDESK, GITLAB, MENTIONS)


def create_app(service: Service, worker: health.WorkerBeside | None = None) -> FastAPI:
    """For `pointsman serve`. A source of webhooks without a secret has no endpoint."""
    open_sources = [source for source in SOURCES if source.secrets(service.deps.settings)]
    webhooks = [webhook_router(source, service) for source in open_sources]
    doors = [route for one in webhooks for route in one.routes if isinstance(route, APIRoute)]
    app = _app(service, worker, doors, has_pages=True)
    for one in (*webhooks, mention_hooks_router(service)):
        app.include_router(one)
    # As they are, for they know nothing of the service: to include them makes each of them a second time.
    for router in (api.router, desk_router()):
        app.router.routes += router.routes
    return app


def create_worker_app(service: Service) -> FastAPI:
    """For `pointsman work`: health and metrics alone."""
    return _app(service, None, [], has_pages=False)


def _app(
    service: Service, worker: health.WorkerBeside | None, webhooks: Sequence[APIRoute], *, has_pages: bool
) -> FastAPI:
    # No page of FastAPI's: it would load scripts of others into the origin where the token is typed. The description is
    # behind the token; a redirect to the path without a slash would go to whatever host the caller names.
    app = FastAPI(
        title="Pointsman",
        version=version("pointsman"),
        lifespan=_lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.state.worker = worker
    app.state.start_failure = None
    app.state.health = health.Health(service, worker)
    app.state.desk_access = desk_access(service, refusal)
    app.state.desk_kept = Kept()
    app.add_exception_handler(RequestValidationError, _explain)
    app.add_exception_handler(HTTPException, _explain)
    # The one added last is asked first.
    app.add_middleware(PageTurns, is_busy=service.intake.is_busy)
    app.add_middleware(SharedTicks, now=service.deps.now)
    app.add_middleware(
        SecurityMiddleware,
        token=service.deps.settings.desk_token.get_secret_value(),
        desk=app.state.desk_access if has_pages else None,
        webhooks={route.path: route.endpoint for route in webhooks},
    )
    app.include_router(health.router)
    return app


async def _explain(request: Request, error: Exception) -> Response:
    """As a page to those who asked for one."""
    if page := explain_problem(request, error):
        return page
    if isinstance(error, HTTPException):
        return await http_exception_handler(request, error)
    return await refuse_input(request, error)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The service starts and stops with the application; a worker beside it, which runs already, stops with it."""
    service: Service = app.state.service
    worker: health.WorkerBeside | None = app.state.worker
    try:
        # In a thread: starting migrates tables and recovers work, and dbos minds being started on a running loop.
        await asyncio.to_thread(service.start)
    except Exception as error:
        app.state.start_failure = error
        log.exception("start_failed")
        raise
    await asyncio.to_thread(service.greet)
    yield
    stops = [service.stop] if worker is None else [service.stop, worker.stop]
    await asyncio.gather(*map(asyncio.to_thread, stops))
