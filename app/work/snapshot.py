"""From the ticket as Zendesk gives it to what rules and triage look at; that to JSON and back, and to a decision."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue, TypeAdapter

from app.rules.channels import is_reached, recognise_channel
from app.rules.loading import Rules
from app.rules.routing import RoutingConfig
from app.rules.schema.base import ChannelConfig
from app.tags import is_our_tag
from app.ticket import Event, Organization, Requester, Ticket, Via
from app.triage.judge import Judged
from app.work.messages import TicketDecision, TicketMessage, TicketRead
from integrations.zendesk.snapshots import TicketSnapshot


def ticket_from(snapshot: TicketSnapshot, *, event: Event) -> Ticket:
    requester = snapshot.requester
    organization = snapshot.organization
    return Ticket(
        id=snapshot.id,
        subject=snapshot.subject,
        body=snapshot.description,
        via=Via(snapshot.via_channel, snapshot.via_rel, snapshot.via_addresses),
        public=None if snapshot.is_public else False,
        status=snapshot.status,
        tags=snapshot.tags,
        group=snapshot.group_name,
        brand=str(snapshot.brand_id or ""),
        custom_fields=snapshot.custom_fields,
        requester=Requester(
            requester.id, requester.name, requester.email, requester.handle, requester.role, requester.tags
        ),
        organization=Organization(organization.id, organization.name, organization.tags) if organization else None,
        event=event,
        created_at=snapshot.created_at,
        updated_at=snapshot.updated_at,
    )


def as_if_new(snapshot: TicketSnapshot) -> Ticket:
    """The ticket without our own tags, which would let the rules see the answer."""
    return without_our_tags(ticket_from(snapshot, event="created"))


def without_our_tags(ticket: Ticket) -> Ticket:
    return replace(ticket, tags=tuple(tag for tag in ticket.tags if not is_our_tag(tag)))


def ticket_read(snapshot: TicketSnapshot, *, public: bool) -> TicketRead:
    """The ticket as acting on it needs it."""
    return TicketRead(
        id=snapshot.id,
        subject=snapshot.subject,
        body=snapshot.description,
        status=snapshot.status,
        tags=snapshot.tags,
        updated_at=snapshot.updated_at,
        public=public,
        url=snapshot.url,
        requester_name=snapshot.requester.name,
        requester_id=snapshot.requester.id,
        requester_deleted=snapshot.requester.deleted,
        requester_reached=is_reached(snapshot.via_channel, snapshot.requester.email),
    )


_TICKET = TypeAdapter(Ticket)


def ticket_as_json(ticket: Ticket) -> dict[str, JsonValue]:
    """As it is kept."""
    plain: dict[str, JsonValue] = _TICKET.dump_python(ticket, mode="json")
    return plain


def ticket_from_json(stored: Mapping[str, object]) -> Ticket:
    return _TICKET.validate_python(stored)


def reads_comments(snapshot: TicketSnapshot, routing: RoutingConfig) -> ChannelConfig | None:
    """The ticket's channel, if what the person said there stands in comments."""
    name = recognise_channel(routing.channels, ticket_from(snapshot, event="updated"))
    channel = routing.channels.get(name)
    return channel if channel is not None and channel.read_comments else None


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
    """What was judged, about to be carried out."""
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
