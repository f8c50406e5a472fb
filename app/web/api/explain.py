"""POST /api/explain: why a ticket, or any text, is (or would be) treated as it is. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from app.web.api.explanation import Explanation, explanation
from app.web.api.refusals import RefusalOut
from app.work.operations.dry_run import DryRun
from integrations.errors import IntegrationError, NotFound
from integrations.zendesk.client import ZendeskClient

LONGEST_TEXT = 64 * 1024
DID_NOT_ANSWER: dict[int | str, dict[str, Any]] = {502: {"model": RefusalOut, "description": "Zendesk did not answer"}}


class ExplainIn(BaseModel):
    """Either a ticket in Zendesk, or a ticket as people write one down."""

    model_config = ConfigDict(extra="forbid")

    ticket_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = Field(None, description="Short for `ticket.body`.")
    ticket: dict[str, Any] | None = Field(
        None, description="channel, subject, body, requester, organization, tags, public: as in routing.tests.yaml"
    )


@dataclass(frozen=True)
class ExplainPages:
    dry_run: DryRun
    zendesk: Callable[[], ZendeskClient]

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api", tags=["decisions"])
        router.add_api_route(
            "/explain",
            self.explain,
            methods=["POST"],
            summary="Why, and why not otherwise?",
            responses=DID_NOT_ANSWER,
        )
        return router

    def explain(self, asked: ExplainIn) -> Explanation:
        if sum(given is not None for given in (asked.ticket_id, asked.text, asked.ticket)) != 1:
            raise HTTPException(422, "Give one of: ticket_id, text, ticket.")
        rules = self.dry_run.rules()
        try:
            if asked.ticket_id is not None:
                _, judged = self.dry_run.real(asked.ticket_id, self.zendesk())
            else:
                _, judged = self.dry_run.written_down(asked.ticket or {"body": asked.text})
        except ValueError as error:
            raise HTTPException(422, f"The ticket cannot be read: {error}") from error
        except NotFound as error:
            raise HTTPException(404, f"There is no ticket {asked.ticket_id} that our token may see.") from error
        except IntegrationError as error:
            raise HTTPException(502, f"Zendesk did not answer: {error.reason}.") from error
        return explanation(judged, rules.hash)
