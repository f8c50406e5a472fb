"""A ticket about what was written long ago: less is done for it by itself. Pure."""

from dataclasses import replace

from app.rules.actions.reply import Reply
from app.rules.loading import Rules
from app.rules.schema.base import Mode
from app.rules.verdict import Previous
from app.ticket import Ticket
from app.triage.judge import Judged, with_verdict

LATE = "it was written long ago"


def held_back(rules: Rules, ticket: Ticket, judged: Judged, mode: Mode, previous: Previous | None) -> Judged:
    """In `mode` at most, and without a reply that is sent by itself."""
    if mode == "suggest" and judged.verdict.mode == "live":
        judged = with_verdict(rules, ticket, judged, replace(judged.verdict, mode=mode), previous=previous)
    actions = tuple(one.skipped(LATE) if isinstance(one, Reply) else one for one in judged.plan.actions)
    return replace(judged, plan=judged.plan.model_copy(update={"actions": actions}))
