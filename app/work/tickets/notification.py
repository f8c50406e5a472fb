"""News of an issue as a decision about one ticket: a note, a suggested reply, and what `closing:` says. Pure."""

from __future__ import annotations

from datetime import datetime

from app.records.decisions import Decision
from app.rules.loading import Rules
from app.rules.schema.base import OnClosingConfig
from app.triage.actions import Action, Note, Reply, Status, Tags
from app.work.engine.engine import JSON
from app.work.issues.news import follows
from app.work.messages import Decided
from app.work.tickets.derived_decision import Earlier, repeated
from integrations.zendesk.snapshots import TicketSnapshot

TOLD = "issue_changed"
"""The event of a decision that comes from an issue."""


def told(delivery: JSON, snapshot: TicketSnapshot, last: Decision | None, rules: Rules, now: datetime) -> Decided:
    """What the ticket's advocates are told, whatever the ticket's archetype and mode."""
    news = delivery["told"]
    earlier = Earlier.of(snapshot, last, rules)
    closing = rules.routing.closing
    on = follows(news["reason"], closing)
    answer = str(news.get("answer", ""))
    macro = closing.team_answer if answer else on.macro if on else None
    actions: list[Action] = [Tags(add=on.tags if on else (), remove=_stale(news["reason"], snapshot, rules))]
    if macro:
        actions.append(Reply(macro=macro, sent=False, where=earlier.where(rules)))
    if on and on.status and snapshot.status in on.only_from and snapshot.status != on.status:
        actions.append(Status(status=on.status))
    actions.append(Note(sentences=(*news["sentences"], *([on.note] if on and on.note else []))))
    why = " ".join(news["sentences"])
    return repeated(delivery, snapshot, earlier, rules, why=why, actions=actions, now=now, answer=answer)


def _stale(reason: str | None, snapshot: TicketSnapshot, rules: Rules) -> tuple[str, ...]:
    """Opened again: what closing added goes."""
    if reason != "reopened":
        return ()
    closing = rules.routing.closing
    ways: tuple[OnClosingConfig, ...] = (closing.done, closing.not_planned, closing.duplicate, closing.moved)
    added = {tag for way in ways for tag in way.tags}
    return tuple(tag for tag in snapshot.tags if tag in added)
