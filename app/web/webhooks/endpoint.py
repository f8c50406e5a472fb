"""The endpoint of each webhook source: read, verify, store, answer.

Senders switch off a webhook that answers badly. What was stored is therefore answered 2xx, whatever else is wrong.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request, Response

from app.metrics import DELIVERIES
from app.records.failures import Failure
from app.service import Service
from app.signatures import BadSignature
from app.web.body import BodyRefused, read_body
from app.web.webhooks.refused_log import RefusedLog
from app.web.webhooks.source import NotUnderstood, Received, WebhookSource
from app.work.messages import CannotStore, Work

log = structlog.get_logger(__name__)

# Zendesk re-sends a 503 only when it is asked to come back within a minute.
RETRY_AFTER = {"Retry-After": "5"}
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Signed, and of no interest"},
    401: {"description": "Signature missing, wrong or stale"},
    408: {"description": "Not all of it within 10 seconds"},
    413: {"description": "Larger than 1 MiB"},
    415: {"description": "Compressed"},
    503: {"description": "It cannot be stored now; the answer has Retry-After"},
}


def webhook_router(source: WebhookSource, service: Service) -> APIRouter:
    secrets = [secret.get_secret_value() for secret in source.secrets(service.deps.settings)]
    router = APIRouter(tags=["webhooks"])
    refused = RefusedLog(source.name)

    @router.post(
        f"/webhooks/{source.name}",
        summary=source.summary,
        status_code=202,
        response_class=Response,
        responses=ANSWERS,
    )
    async def receive(request: Request) -> Response:
        return await receive_delivery(request, source, secrets, refused, service)

    return router


async def receive_delivery(
    request: Request, source: WebhookSource, secrets: Sequence[str], refused: RefusedLog, service: Service
) -> Response:
    try:
        received = Received(request.headers, await read_body(request), service.deps.now())
        source.verify(received, secrets)
        return await _store(received, source, service)
    except BodyRefused as error:
        return _answer(source, error.status, error.reason, error.headers)
    except BadSignature as error:
        refused.say(error.reason, request.client.host if request.client else "")
        return _answer(source, 401, error.reason)
    except CannotStore as error:
        log.warning("delivery_not_stored", source=source.name, cause=str(error))
        return _answer(source, 503, error.reason, RETRY_AFTER)


async def _store(received: Received, source: WebhookSource, service: Service) -> Response:
    """Raises CannotStore."""
    # Of interest or not: a source that sends nothing any more has mostly switched the webhook off.
    service.last_deliveries.received[source.name] = service.deps.now()
    try:
        work = source.work(received, source.own_id(service.deps.identity))
    except NotUnderstood as error:
        await asyncio.to_thread(_keep_as_failure, received, error, source, service)
        return _answer(source, 202, error.reason)
    if not isinstance(work, Work):
        return _answer(source, 200, work)
    new = await service.intake.accept(work)
    return _answer(source, 202, "stored" if new else "duplicate")


def _keep_as_failure(received: Received, error: NotUnderstood, source: WebhookSource, service: Service) -> None:
    """One failure however often the same body comes. Raises CannotStore."""
    size, digest = len(received.body), hashlib.sha256(received.body).hexdigest()
    failure = Failure(
        key=f"{source.name}:body:{digest[:32]}",
        source=source.name,
        ticket_id=None,
        step="inbox",
        reason=error.reason,
        message=f"A signed delivery of {size} bytes: {error}. {source.advice}",
        attempts=1,
        payload=None,
        failed_at=received.at.isoformat(),
    )
    try:
        service.deps.records.failures.add(failure)
    except Exception as cause:
        raise CannotStore(type(cause).__name__) from cause


def _answer(source: WebhookSource, status: int, outcome: str, headers: Mapping[str, str] | None = None) -> Response:
    DELIVERIES.labels(source.name, outcome).inc()
    return Response(status_code=status, content=outcome, media_type="text/plain", headers=headers)
