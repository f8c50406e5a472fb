"""What happens in Zendesk without the API: customers write, people tag, merge, close. For tests, demo, `/sandbox`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.clock import second_stamp
from integrations.sandbox.control import under_lock
from integrations.sandbox.zendesk.channels import via_of
from integrations.sandbox.zendesk.models import WEB_VIA
from integrations.sandbox.zendesk.serializers import ticket_view
from integrations.sandbox.zendesk.state import ADVOCATE_ID, State
from integrations.sandbox.zendesk.translations import in_language
from integrations.sandbox.zendesk.updates import apply_update, refuse_closed
from integrations.sandbox.zendesk.validators import NewComment, TicketUpdate

CLOSED_BY_MERGE = "closed_by_merge"


@under_lock
class ZendeskControls:
    _state: State

    def create_ticket(
        self,
        *,
        subject: str = "",
        body: str = "",
        via_channel: str = "web",
        rel: str | None = None,
        requester: Mapping[str, Any] | None = None,
        organization: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        public: bool = True,
        group: str | None = None,
        brand: str | None = None,
        custom_fields: Mapping[int | str, Any] | None = None,
        status: str = "new",
        number: int | None = None,
    ) -> int:
        """A ticket as it comes in from outside; the new ticket's id.

        requester: {name, email, handle?, role?, tags?}; organization: {name, tags?}; custom_fields: by id or title,
        made when unknown; group, brand: by name, made when unknown; number: its id, below those that are counted.
        """
        state = self._state
        attributes = state.status_attributes(status)
        if organization:
            home = state.named(state.organizations, organization["name"], organization.get("tags", ()))
            attributes["organization_id"] = home.id
        if group:
            attributes["group_id"] = state.named(state.groups, group).id
        if brand:
            attributes["brand_id"] = state.named(state.brands, brand).id
        given = requester or {"name": "Sam Sample", "email": "sam@customer.example"}
        person = state.person_known_as(**given, organization_id=attributes.get("organization_id"))
        via = via_of(via_channel, rel, person)
        fields = {self._state.field(key).id: value for key, value in (custom_fields or {}).items()}
        first = NewComment(body=body, html=None, public=public, author_id=person.id)
        ticket = state.new_ticket(subject, person, person, via, number)
        update = TicketUpdate(attributes, tuple(tags), fields, first)
        apply_update(state, ticket, update, actor=person, via=via, created=True)
        return ticket.id

    def add_past_ticket(self, number: int, at: str, **given: Any) -> None:
        """One that came in at this time (ISO 8601), and of which nobody was told. `given`: as for `create_ticket`."""
        state, moment = self._state, datetime.fromisoformat(at)
        tell, state.on_change = state.on_change, lambda _ticket, _event, _actor_id: None
        try:
            ticket = state.ticket(self.create_ticket(**given, number=number))
        finally:
            state.on_change = tell
        ticket.changed_at, stamp = moment, second_stamp(moment)
        ticket.created_at = ticket.updated_at = stamp
        for comment in ticket.comments:
            comment.created_at = stamp
        for audit in ticket.audits:
            audit.created_at = stamp
        in_order = sorted(state.tickets.items())
        state.tickets.clear()
        state.tickets.update(in_order)

    def add_field(self, title: str) -> int:
        """A custom field; its id, also when it was there before."""
        return self._state.field(title).id

    def add_group(self, name: str) -> int:
        """A group of agents; its id, also when it was there before."""
        return self._state.named(self._state.groups, name).id

    def add_comment(
        self,
        ticket_id: int,
        body: str,
        author: str | int = "requester",
        public: bool = True,
        *,
        flags: Sequence[int] = (),
    ) -> int:
        """A comment by its requester, or by the person with this id; the comment's id.

        A requester's comment opens a ticket that waited. Staff's is rendered as a template, as in the real service.
        """
        state = self._state
        ticket = state.live_ticket(ticket_id)
        person = state.person(ticket.requester_id if author == "requester" else int(author))
        opens = not person.is_staff and ticket.status in {"pending", "hold", "solved"}
        comment = NewComment(body, None, public, person.id, tuple(flags))
        update = TicketUpdate(state.status_attributes("open") if opens else {}, comment=comment)
        self._change(ticket_id, update, person.id, via=WEB_VIA if person.is_staff else ticket.via)
        return ticket.comments[-1].id

    def set_tags(self, ticket_id: int, tags: Sequence[str], actor_id: int = ADVOCATE_ID) -> None:
        """A person sets exactly these tags."""
        self._change(ticket_id, TicketUpdate(tags=tuple(tags)), actor_id)

    def add_tag(self, ticket_id: int, tag: str, actor_id: int = ADVOCATE_ID) -> None:
        """Whatever others set meanwhile stays."""
        self.set_tags(ticket_id, (*self._state.live_ticket(ticket_id).tags, tag), actor_id)

    def set_status(self, ticket_id: int, status: str, actor_id: int = ADVOCATE_ID) -> None:
        self._change(ticket_id, TicketUpdate(self._state.status_attributes(status)), actor_id)

    def close(self, ticket_id: int) -> None:
        """As Zendesk does some days after solving: from now on nothing can be changed."""
        self.set_status(ticket_id, "closed")

    def delete(self, ticket_id: int, actor_id: int = ADVOCATE_ID) -> None:
        self._state.delete(self._state.live_ticket(ticket_id), actor_id=actor_id)

    def merge(self, source: int, target: int, actor_id: int = ADVOCATE_ID) -> None:
        """`source` is closed into `target`, with a private comment on both."""
        closing = self._state.live_ticket(source)
        refuse_closed(closing)
        told_kept, told_closing = (
            in_language(self._state.language, text)
            for text in (
                f"Request #{source} was closed and merged into this request.",
                f"This request was closed and merged into request #{target}.",
            )
        )
        closes: Json = {"attributes": {"status": "closed"}, "tags": (*closing.tags, CLOSED_BY_MERGE)}
        via = {"channel": "web", "source": {"from": {"ticket_ids": [source]}, "to": {}, "rel": "merge"}}
        for ticket_id, text, change in ((target, told_kept, {}), (source, told_closing, closes)):
            comment = NewComment(body=text, html=None, public=False, author_id=actor_id)
            self._change(ticket_id, TicketUpdate(**change, comment=comment), actor_id, via)

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        """Everything about it, also when it was deleted: see `ticket_view`."""
        return ticket_view(self._state, self._state.ticket(ticket_id))

    def ticket_ids(self) -> list[int]:
        return list(self._state.tickets)

    def _change(self, ticket_id: int, update: TicketUpdate, actor_id: int, via: Json = WEB_VIA) -> None:
        ticket = self._state.live_ticket(ticket_id)
        refuse_closed(ticket)
        apply_update(self._state, ticket, update, actor=self._state.person(actor_id), via=via)
