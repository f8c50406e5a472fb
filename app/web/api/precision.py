"""GET /api/precision: which rules and archetypes people correct, the most corrected first."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.records.corrections import Precision
from app.web.api.dependencies import RecordsDep

router = APIRouter(prefix="/api", tags=["decisions"])

OFTEN = 0.9
"""Below this share of decisions left standing, a rule is worth a look."""
FEWEST = 5


class PrecisionOut(BaseModel):
    name: str
    decided: int = Field(description="Tickets decided so.")
    corrected: int = Field(description="Of those, how many a person changed.")
    precision: float
    often_corrected: bool = Field(description=f"Less than {OFTEN:.0%} were left standing, of at least {FEWEST}.")

    @classmethod
    def of(cls, one: Precision) -> PrecisionOut:
        often = one.decided >= FEWEST and one.share < OFTEN
        return cls(
            name=one.name,
            decided=one.decided,
            corrected=one.corrected,
            precision=round(one.share, 3),
            often_corrected=often,
        )


class PrecisionsOut(BaseModel):
    deciders: list[PrecisionOut] = Field(description="By route:<name>, model, language.")
    archetypes: list[PrecisionOut]


@router.get("/precision", summary="What people correct")
def precision(records: RecordsDep) -> PrecisionsOut:
    return PrecisionsOut(
        deciders=[PrecisionOut.of(one) for one in records.corrections.precision("decided_by")],
        archetypes=[PrecisionOut.of(one) for one in records.corrections.precision("archetype")],
    )
