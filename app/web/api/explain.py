"""POST /api/explain: why a ticket, or any text, is (or would be) treated as it is. Nothing is written."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from app.triage.explanation import Explanation, explanation
from app.web.api.dependencies import ServiceDep
from app.web.api.schemas import RefusalOut
from integrations.errors import IntegrationError, NotFound

LONGEST_TEXT = 64 * 1024

router = APIRouter(prefix="/api", tags=["decisions"])


class ExplainIn(BaseModel):
    """Either a ticket in Zendesk, or a ticket as people write one down."""

    model_config = ConfigDict(extra="forbid")

    ticket_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = Field(None, description="Short for `ticket.body`.")
    ticket: dict[str, object] | None = Field(
        None, description="channel, subject, body, requester, organization, tags, public: as in routing.tests.yaml"
    )


@router.post(
    "/explain",
    summary="Why, and why not otherwise?",
    responses={502: {"model": RefusalOut, "description": "Zendesk did not answer"}},
)
def explain(asked: ExplainIn, service: ServiceDep) -> Explanation:
    if sum(given is not None for given in (asked.ticket_id, asked.text, asked.ticket)) != 1:
        raise HTTPException(422, "Give one of: ticket_id, text, ticket.")
    dry_run = service.dry_run()
    rules = dry_run.rules()
    try:
        if asked.ticket_id is not None:
            _, judged = dry_run.real(asked.ticket_id, service.deps.zendesk)
        else:
            _, judged = dry_run.written_down(asked.ticket or {"body": asked.text})
    except ValueError as error:
        raise HTTPException(422, f"The ticket cannot be read: {error}") from error
    except NotFound as error:
        raise HTTPException(404, f"There is no ticket {asked.ticket_id} that our token may see.") from error
    except IntegrationError as error:
        raise HTTPException(502, f"Zendesk did not answer: {error.reason}.") from error
    return explanation(judged, rules.hash)
