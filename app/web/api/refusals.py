"""How the API says no, for its description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class RefusalOut(BaseModel):
    detail: str = Field(description="What is wrong, and what to do about it.")


class WrongPartOut(BaseModel):
    loc: list[str | int] = Field(description="Where in the request.")
    msg: str
    type: str


class NotUnderstoodOut(BaseModel):
    detail: str | list[WrongPartOut]


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": RefusalOut, "description": "The body is no JSON"},
    401: {"model": RefusalOut, "description": "The token is missing or wrong"},
    404: {"model": RefusalOut, "description": "There is no such thing"},
    408: {"model": RefusalOut, "description": "The body did not arrive within 10 seconds"},
    413: {"model": RefusalOut, "description": "The body is larger than 1 MiB"},
    415: {"model": RefusalOut, "description": "The body is compressed"},
    422: {"model": NotUnderstoodOut, "description": "A value does not fit"},
    500: {"model": RefusalOut, "description": "A fault of ours; the log has it"},
    503: {"model": RefusalOut, "description": "Too much is being sent at once, or it cannot be stored now"},
}
