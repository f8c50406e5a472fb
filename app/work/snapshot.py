"""From the ticket as Zendesk gives it to the snapshot that rules and triage look at; and that to JSON and back."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue, TypeAdapter

from app.rules.channels import recognise_channel
from app.rules.routing import RoutingConfig
from app.rules.schema.base import ChannelConfig
from app.tags import is_our_tag
from app.ticket import Event, Organization, Requester, Ticket, Via
from app.work.messages import TicketRead
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
    ticket = ticket_from(snapshot, event="created")
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
