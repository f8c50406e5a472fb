"""All routes under /api, and how each of them may refuse."""

from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer

from app.web.api import config, decisions, explain, failures, feeds, links, mentions, pauses, precision, threads
from app.web.api.schemas import NotUnderstoodOut, RefusalOut

# For the description only: the middleware checks the token before anything of a request is read.
_TOKEN = HTTPBearer(auto_error=False, description="The service's DESK_TOKEN")

router = APIRouter(
    dependencies=[Depends(_TOKEN)],
    responses={
        400: {"model": RefusalOut, "description": "The body is no JSON"},
        401: {"model": RefusalOut, "description": "The token is missing or wrong"},
        404: {"model": RefusalOut, "description": "There is no such thing"},
        408: {"model": RefusalOut, "description": "The body did not arrive within 10 seconds"},
        413: {"model": RefusalOut, "description": "The body is larger than 1 MiB"},
        415: {"model": RefusalOut, "description": "The body is compressed"},
        422: {"model": NotUnderstoodOut, "description": "A value does not fit"},
        500: {"model": RefusalOut, "description": "A fault of ours; the log has it"},
        503: {"model": RefusalOut, "description": "Too much is being sent at once, or it cannot be stored now"},
    },
)
for part in (decisions, links, mentions, threads, feeds, precision, config, explain, failures, pauses):
    router.include_router(part.router)
