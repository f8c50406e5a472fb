"""POST /webhooks/gitlab: verify, store, answer. GitLab re-sends nothing and switches failing hooks off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from fastapi import APIRouter, Request, Response

from app.records.failures import Failures
from app.signatures import GitLabSecrets, verify_gitlab
from app.web.webhooks.endpoint import RESPONSES, answer_delivery, keep_as_failure
from app.web.webhooks.gitlab_deliveries import IssueChanged, NoteWritten, read_gitlab_delivery
from app.web.webhooks.zendesk_deliveries import NotUnderstood
from app.work.messages import Work

SOURCE = "gitlab"
ADVICE = "Check that the hook has no custom template, and that nothing else sends to this address."
# Opening and editing are what we do ourselves. A close or reopen is followed whoever did it: somebody may use our
# token by hand, and the worker compares states anyway.
OWN_ACTIONS = frozenset({"open", "update"})


class Accepts(Protocol):
    """The part of Intake that a door needs."""

    async def accept(self, work: Work) -> bool: ...


@dataclass(frozen=True)
class GitLabInbox:
    secrets: GitLabSecrets
    intake: Accepts
    failures: Failures
    follow: Callable[[IssueChanged | NoteWritten, datetime], Work]
    """The work that a delivery leads to."""
    own_user_id: Callable[[], int | None]
    """The bot's id in GitLab; None while it is not known."""
    heard: Callable[[str], None] = lambda _source: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(
            "/webhooks/gitlab",
            self.receive,
            methods=["POST"],
            status_code=202,
            response_class=Response,
            summary="A GitLab project or group hook delivers here",
            responses=RESPONSES,
        )
        return router

    async def receive(self, request: Request) -> Response:
        def verify(body: bytes) -> None:
            verify_gitlab(
                secrets=self.secrets,
                signature=request.headers.get("webhook-signature"),
                message_id=request.headers.get("webhook-id"),
                timestamp=request.headers.get("webhook-timestamp"),
                token=request.headers.get("x-gitlab-token"),
                body=body,
                now=self.now(),
            )

        return await answer_delivery(request, SOURCE, verify=verify, store=partial(self._store, request.headers))

    async def _store(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        # Of interest or not: a source that sends nothing any more has mostly switched the hook off.
        self.heard(SOURCE)
        try:
            delivery = read_gitlab_delivery(body, headers)
        except NotUnderstood as error:
            await asyncio.to_thread(self._keep, error, body)
            return 202, error.reason
        if delivery is None:
            return 200, "event_of_no_interest"
        if self._is_own(delivery):
            return 200, "own_update"
        new = await self.intake.accept(self.follow(delivery, self.now()))
        return 202, "stored" if new else "duplicate"

    def _is_own(self, delivery: IssueChanged | NoteWritten) -> bool:
        own = self.own_user_id()
        if own is None:
            return False
        if isinstance(delivery, NoteWritten):
            return delivery.author_id == own
        return delivery.user_id == own and delivery.action in OWN_ACTIONS

    def _keep(self, error: NotUnderstood, body: bytes) -> None:
        at = self.now().isoformat()
        keep_as_failure(self.failures, error, body, source=SOURCE, prefix="gl", advice=ADVICE, failed_at=at)
