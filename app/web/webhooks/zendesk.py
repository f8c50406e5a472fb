"""POST /webhooks/zendesk: verify, store, answer. Zendesk needs a fast 2xx; all work happens later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.records.failures import Failures
from app.signatures import verify_zendesk
from app.web.webhooks.endpoint import RESPONSES, answer_delivery, keep_as_failure
from app.web.webhooks.zendesk_deliveries import Delivery, NotUnderstood, read_delivery
from app.work.engine.intake import Intake
from app.work.messages import TicketChanged, TriageTicket, Work

SOURCE = "zendesk"
ADVICE = "Check the trigger's JSON body."


@dataclass(frozen=True)
class ZendeskInbox:
    secrets: tuple[str, ...]
    intake: Intake
    failures: Failures
    own_user_id: Callable[[], int | None]
    heard: Callable[[str], None] = lambda _source: None
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
            responses=RESPONSES,
        )
        return router

    async def receive(self, request: Request) -> Response:
        def verify(body: bytes) -> None:
            verify_zendesk(
                secrets=self.secrets,
                signature=request.headers.get("x-zendesk-webhook-signature"),
                timestamp=request.headers.get("x-zendesk-webhook-signature-timestamp"),
                body=body,
                now=self.now(),
            )

        return await answer_delivery(request, SOURCE, verify=verify, store=self._store)

    async def _store(self, body: bytes) -> tuple[int, str]:
        self.heard(SOURCE)
        try:
            delivery = read_delivery(body)
        except NotUnderstood as error:
            await asyncio.to_thread(self._keep, error, body)
            return 202, error.reason
        if delivery is None:
            return 200, "event_of_no_interest"
        if self._is_own(delivery):
            return 200, "own_update"
        changed = TicketChanged(event=delivery.event, actor_id=delivery.actor_id)
        message = TriageTicket(key=delivery.key, accepted_at=self.now(), ticket_id=delivery.ticket_id, cause=changed)
        work = Work(message)
        new = await self.intake.accept(work)
        return 202, "stored" if new else "duplicate"

    def _is_own(self, delivery: Delivery) -> bool:
        own = self.own_user_id()
        return own is not None and delivery.actor_id == str(own)

    def _keep(self, error: NotUnderstood, body: bytes) -> None:
        at = self.now().isoformat()
        keep_as_failure(self.failures, error, body, source=SOURCE, prefix="zd", advice=ADVICE, failed_at=at)
