"""How every door for webhooks goes about a delivery: verify, store, answer (DESIGN, section 4).

Senders switch a hook off that answers badly, so what was stored is a 2xx whatever else is wrong with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import Request, Response

from app.metrics import DELIVERIES
from app.records.failures import Failure, Failures
from app.signatures import BadSignature
from app.web.body import BodyRefused, read_body
from app.web.webhooks.zendesk_deliveries import NotUnderstood
from app.work.messages import CannotStore

log = structlog.get_logger(__name__)

# Zendesk re-sends a 503 only when it is asked to come back within a minute.
RETRY_AFTER_SECONDS = "5"
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Signed, and of no interest"},
    401: {"description": "Signature missing, wrong or stale"},
    408: {"description": "Not all of it within 10 seconds"},
    413: {"description": "Larger than 1 MiB"},
    415: {"description": "Compressed"},
    503: {"description": "Cannot be stored now; comes with Retry-After"},
}


async def answer_delivery(
    request: Request,
    source: str,
    *,
    verify: Callable[[bytes], None],
    store: Callable[[bytes], Awaitable[tuple[int, str]]],
) -> Response:
    """`verify` raises BadSignature; `store` answers status and outcome (the metric's label), or raises CannotStore."""
    try:
        body = await read_body(request)
        verify(body)
    except BodyRefused as error:
        return _answer(source, error.status, error.reason, error.headers)
    except BadSignature as error:
        return _answer(source, 401, error.reason)
    try:
        status, outcome = await store(body)
    except CannotStore as error:
        log.warning("delivery_not_stored", source=source, cause=str(error))
        return _answer(source, 503, error.reason, {"Retry-After": RETRY_AFTER_SECONDS})
    return _answer(source, status, outcome)


def keep_as_failure(
    failures: Failures, error: NotUnderstood, body: bytes, *, source: str, prefix: str, advice: str, failed_at: str
) -> None:
    """A signed delivery that nobody can read becomes visible, once however often it comes. Raises CannotStore."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        failures.add(
            Failure(
                key=f"{prefix}:body:{digest[:32]}",
                source=source,
                ticket_id=None,
                step="inbox",
                reason=error.reason,
                message=f"A signed delivery of {len(body)} bytes: {error}. {advice}",
                attempts=1,
                payload=None,
                failed_at=failed_at,
            )
        )
    except Exception as cause:
        raise CannotStore(type(cause).__name__) from cause


def _answer(source: str, status: int, outcome: str, headers: Mapping[str, str] | None = None) -> Response:
    DELIVERIES.labels(source, outcome).inc()
    return Response(status_code=status, content=outcome, media_type="text/plain", headers=headers)
