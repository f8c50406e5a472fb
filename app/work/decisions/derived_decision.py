"""A decision that is derived from an earlier one: the same verdict, and new actions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.records.decisions import Decision
from app.rules.actions.action import Action
from app.rules.channels import ChannelOf, describe_channel
from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.plan import Plan
from app.work.messages import TicketDecision, TicketMessage
from app.work.snapshot import ticket_from, ticket_from_json, ticket_read
from integrations.zendesk.snapshots import TicketSnapshot


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was known of the ticket when it was decided, or what can be read now if it never was."""

    last: Decision | None
    ticket: Ticket
    channel: ChannelOf

    @classmethod
    def of(cls, snapshot: TicketSnapshot, last: Decision | None, rules: Rules) -> Earlier:
        now_read = ticket_from(snapshot, event="updated")
        ticket = ticket_from_json(last.ticket) if last and last.ticket else now_read
        return cls(last, ticket, describe_channel(rules.routing.channels, replace(ticket, via=now_read.via)))


def derived(
    message: TicketMessage,
    snapshot: TicketSnapshot,
    earlier: Earlier,
    rules: Rules,
    *,
    why: str,
    actions: Sequence[Action],
    now: datetime,
    answer: str = "",
) -> TicketDecision:
    last, channel = earlier.last, earlier.channel
    return TicketDecision(
        run_id=message.run_id,
        event=message.event,
        ticket=ticket_read(snapshot, public=channel.public),
        channel=channel.name,
        where=channel.link,
        archetype=last.archetype if last else None,
        confidence=(last.confidence if last else None) or "high",
        decided_by=last.decided_by if last else "none",
        why=why,
        plan=Plan(mode="live", actions=tuple(actions)),
        trace=(),
        config_hash=rules.hash,
        judged=replace(earlier.ticket, channel=channel.name, public=channel.public),
        thread=last.thread if last else "",
        answer=answer,
        decided_at=now.isoformat(),
    )
