"""News of an issue as a decision about one ticket: a note, a suggested reply, and what `closing:` says. Pure."""

from datetime import datetime

from app.records.decisions import Decision
from app.rules.actions.action import Action
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags
from app.rules.loading import Rules
from app.rules.schema.base import OnClosingConfig
from app.work.decisions.derived_decision import Earlier, derived
from app.work.issues.news import on_closing
from app.work.messages import IssueNews, TicketDecision, TicketMessage
from integrations.zendesk.snapshots import TicketSnapshot


def notification(
    message: TicketMessage,
    news: IssueNews,
    snapshot: TicketSnapshot,
    last: Decision | None,
    *,
    rules: Rules,
    now: datetime,
) -> TicketDecision:
    """What the ticket's advocates are told, whatever the ticket's archetype and mode."""
    earlier = Earlier.of(snapshot, last, rules)
    closing = rules.routing.closing
    on = on_closing(news.reason, closing)
    macro = closing.team_answer if news.answer else on.macro if on else None
    actions: list[Action] = [Tags(add=on.tags if on else (), remove=_outdated(news, snapshot, rules))]
    if macro:
        actions.append(Reply(macro=macro, sent=False))
    if on and on.status and snapshot.status in on.only_from and snapshot.status != on.status:
        actions.append(Status(status=on.status))
    why = " ".join(news.sentences)
    actions.append(Note(title=why, next=(on.note,) if on and on.note else ()))
    return derived(message, snapshot, earlier, rules, why=why, actions=actions, now=now, answer=news.answer)


def _outdated(news: IssueNews, snapshot: TicketSnapshot, rules: Rules) -> tuple[str, ...]:
    """An issue was opened again: the tags that its closing added go."""
    if news.reason != "reopened":
        return ()
    closing = rules.routing.closing
    ways: tuple[OnClosingConfig, ...] = (
        closing.done,
        closing.not_planned,
        closing.unexplained,
        closing.duplicate,
        closing.moved,
        closing.gone,
    )
    added = {tag for way in ways for tag in way.tags}
    return tuple(tag for tag in snapshot.tags if tag in added)
