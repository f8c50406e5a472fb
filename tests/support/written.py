"""Tickets that were written to, as far as the budget against loops counts it."""

from __future__ import annotations

from app.records.decisions import Decision, UpdateState
from app.records.records import Records


def wrote(records: Records, ticket_id: int, run_id: str, at: str, update_state: UpdateState = "applied") -> None:
    """`update_state`: of the run's update."""
    records.decisions.save(
        Decision(
            run_id=run_id, ticket_id=ticket_id, event="ticket.updated", state="done", archetype="mention", summary="",
            decided_at=at, update_state=update_state,
        )
    )  # fmt: skip
