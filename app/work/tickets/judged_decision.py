"""What was judged as a decision that is about to be carried out. Pure."""

from dataclasses import replace
from datetime import datetime

from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.judge import Judged
from app.work.messages import TicketDecision, TicketMessage
from app.work.snapshot import ticket_read
from integrations.zendesk.snapshots import TicketSnapshot


def judged_decision(
    message: TicketMessage,
    snapshot: TicketSnapshot,
    ticket: Ticket,
    judged: Judged,
    rules: Rules,
    *,
    thread: str,
    now: datetime,
) -> TicketDecision:
    verdict = judged.verdict
    return TicketDecision(
        run_id=message.run_id,
        event=message.event,
        ticket=ticket_read(snapshot, public=judged.channel.public),
        channel=judged.channel.name,
        where=judged.channel.link,
        archetype=verdict.archetype,
        confidence=verdict.confidence,
        decided_by=verdict.decided_by,
        why=verdict.why,
        plan=judged.plan,
        trace=verdict.trace,
        config_hash=rules.hash,
        judged=replace(ticket, channel=judged.channel.name, public=judged.channel.public),
        thread=thread,
        decided_at=now.isoformat(),
    )
