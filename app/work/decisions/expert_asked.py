"""An expert was asked in the chat: the note about it, and the tag that says so. Pure."""

from collections.abc import Iterable
from datetime import datetime

from app.records.decisions import Decision
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.rules.loading import Rules
from app.tags import ASK_TAG
from app.work.decisions.derived_decision import Earlier, derived
from app.work.messages import ExpertAsked, TicketDecision, TicketMessage
from integrations.zendesk.snapshots import TicketSnapshot


def experts_asked(tags: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """Also names that nobody has, which the ticket is told. Without experts, such a tag is another's."""
    if not rules.routing.chat.experts:
        return ()
    return tuple(tag.removeprefix(ASK_TAG) for tag in tags if tag.startswith(ASK_TAG) and tag != ASK_TAG)


def expert_asked(
    message: TicketMessage,
    asked: ExpertAsked,
    snapshot: TicketSnapshot,
    last: Decision | None,
    *,
    rules: Rules,
    now: datetime,
) -> TicketDecision:
    earlier = Earlier.of(snapshot, last, rules)
    remove = tuple(tag for tag in asked.remove if tag in snapshot.tags)
    actions = (Tags(add=asked.add, remove=remove), Note(title=asked.sentence, next=asked.next))
    return derived(message, snapshot, earlier, rules, why=asked.sentence, actions=actions, now=now)
