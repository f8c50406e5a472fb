"""`retention:` in routing.yaml: how long what is done with is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.rules.schema.strict import Strict

# A day is the longest that anything is waited for, and a month the longest that a sender repeats itself.
Days = Annotated[int, Field(ge=2, le=3650, strict=True)]
Long = Annotated[int, Field(ge=30, le=3650, strict=True)]


class Retention(Strict):
    """For how many days what is done with is kept. Work that has not ended and open failures stay in any case."""

    finished_work_days: Days = Field(
        default=30, description="Work that ended: it is the memory by which a repeated delivery is known."
    )
    clock_rounds_days: Annotated[int, Field(ge=1, le=3650, strict=True)] = Field(
        default=2, description="Work of the clock (comparing, syncing), of which there is much and nobody asks for it."
    )
    texts_days: Long = Field(
        default=180,
        description="Texts of tickets and the traces of their decisions; archetype, tags, actions and links stay.",
    )
    corrections_days: Long = Field(
        default=730, description="Texts of tickets that a person corrected: what a new model learns from."
    )
    failures_days: Long = Field(
        default=365, description="Failures that were tried again or ignored, and messages to the chat."
    )
