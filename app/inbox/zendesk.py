"""POST /webhooks/zendesk: verify, store, answer. Zendesk needs a fast 2xx; all work happens later."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response

from app.inbox.body import BodyRefused, NoRoom, read_body
from app.inbox.deliveries import Delivery, NotUnderstood, read_delivery
from app.inbox.signatures import BadSignature, verify_zendesk
from app.metrics import DELIVERIES
from app.records.failures import Failure, Failures
from app.work.engine import CannotStore
from app.work.intake import Intake
from app.work.triage_ticket import triage_work

log = structlog.get_logger(__name__)

SOURCE = "zendesk"
# Zendesk re-sends a 503 only when it is asked to come back within a minute.
RETRY_AFTER_SECONDS = "5"


@dataclass(frozen=True)
class ZendeskInbox:
    secrets: tuple[str, ...]
    intake: Intake
    failures: Failures
    own_user_id: Callable[[], int | None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(
            "/webhooks/zendesk",
            self.receive,
            methods=["POST"],
            status_code=202,
            response_class=Response,
            summary="A Zendesk trigger or event subscription delivers here",
            responses={
                200: {"description": "Signed, and of no interest"},
                401: {"description": "Signature missing, wrong or stale"},
                408: {"description": "Not all of it within 10 seconds"},
                413: {"description": "Larger than 1 MiB"},
                415: {"description": "Compressed"},
                503: {"description": "Cannot be stored now; comes with Retry-After"},
            },
        )
        return router

    async def receive(self, request: Request) -> Response:
        try:
            body = await read_body(request)
            verify_zendesk(
                secrets=self.secrets,
                signature=request.headers.get("x-zendesk-webhook-signature"),
                timestamp=request.headers.get("x-zendesk-webhook-signature-timestamp"),
                body=body,
                now=self.now(),
            )
        except BodyRefused as error:
            come_back = {"Retry-After": RETRY_AFTER_SECONDS} if isinstance(error, NoRoom) else None
            return _answer(error.status, error.reason, come_back)
        except BadSignature as error:
            return _answer(401, error.reason)
        try:
            return await self._store(body)
        except CannotStore as error:
            log.warning("delivery_not_stored", cause=str(error))
            return _answer(503, error.reason, {"Retry-After": RETRY_AFTER_SECONDS})

    async def _store(self, body: bytes) -> Response:
        try:
            delivery = read_delivery(body)
        except NotUnderstood as error:
            await asyncio.to_thread(self._keep_as_failure, body, error)
            return _answer(202, error.reason)
        if delivery is None:
            return _answer(200, "event_of_no_interest")
        if self._is_own(delivery):
            return _answer(200, "own_update")
        work = triage_work(delivery.key, delivery.ticket_id, delivery.event, self.now(), actor_id=delivery.actor_id)
        new = await self.intake.accept(work)
        return _answer(202, "stored" if new else "duplicate")

    def _is_own(self, delivery: Delivery) -> bool:
        own = self.own_user_id()
        return own is not None and delivery.actor_id == str(own)

    def _keep_as_failure(self, body: bytes, error: NotUnderstood) -> None:
        digest = hashlib.sha256(body).hexdigest()
        try:
            self.failures.add(
                Failure(
                    key=f"zd:body:{digest[:32]}",
                    source=SOURCE,
                    ticket_id=None,
                    step="inbox",
                    reason=error.reason,
                    message=f"A signed delivery of {len(body)} bytes: {error}. Check the trigger's JSON body.",
                    attempts=1,
                    payload=None,
                    failed_at=self.now().isoformat(),
                )
            )
        except Exception as cause:
            raise CannotStore(type(cause).__name__) from cause


def _answer(status: int, outcome: str, headers: dict[str, str] | None = None) -> Response:
    DELIVERIES.labels(SOURCE, outcome).inc()
    return Response(status_code=status, content=outcome, media_type="text/plain", headers=headers)
