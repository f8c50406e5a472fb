"""The sandbox Zendesk's memory: everything behind one lock, nothing on disk."""

import itertools
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.clock import Clock, second_stamp
from integrations.sandbox.zendesk.account_objects import AccountObjects
from integrations.sandbox.zendesk.models import (
    API_VIA,
    CUSTOM_STATUS_IDS,
    Audit,
    Comment,
    Job,
    Named,
    Person,
    Ticket,
    TicketField,
    Via,
)
from integrations.sandbox.zendesk.refusals import not_found

EMAIL = "pointsman@sandbox.example"
ADVOCATE_EMAIL = "ada@sandbox.example"
TOKEN = "sandbox-zendesk-token"  # noqa: S105 -- the sandbox's own, known to everybody
BOT_USER_ID = 9001
ADVOCATE_ID = 9002
DEFAULT_GROUP_ID = 7001
DEFAULT_BRAND_ID = 8001
ISSUE_FIELD_ID = 360002
FIRST_TICKET_ID = 35001
SYSTEM_FIELDS = {
    "subject": "Subject",
    "description": "Description",
    "status": "Status",
    "tickettype": "Type",
    "priority": "Priority",
    "group": "Group",
    "assignee": "Assignee",
}
"""Those that every account has, by `type`."""

ChangeListener = Callable[[Ticket, str, int], None]
"""Called after each change: the ticket, `ticket.created` or `ticket.updated`, and who did it."""

Reasons = Callable[[int], Json | None]
"""What the service says about a ticket; None: nothing."""


class State:
    def __init__(self, clock: Clock, url: str) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.url = url
        self.on_change: ChangeListener = lambda _ticket, _event, _actor_id: None
        self.send_test: Callable[[Json, bytes], int] = lambda _webhook, _body: 0
        """Sends this body to this webhook now; the status."""
        self.reasons: Reasons = lambda _ticket_id: None
        self.tickets: dict[int, Ticket] = {}
        bot = Person(BOT_USER_ID, "Pointsman", EMAIL, role="admin", created_at=self.stamp())
        advocate = Person(ADVOCATE_ID, "Ada the advocate", ADVOCATE_EMAIL, role="agent", created_at=self.stamp())
        self.people = {bot.id: bot, advocate.id: advocate}
        self.person_by_address = {EMAIL: bot, ADVOCATE_EMAIL: advocate}
        """By e-mail address, or `handle @name` for those who have none."""
        self.organizations: dict[int, Named] = {}
        self.groups = {DEFAULT_GROUP_ID: Named(DEFAULT_GROUP_ID, "Community", self.stamp())}
        self.made_groups: set[int] = set()
        """Over the API: they have no members."""
        self.brands = {DEFAULT_BRAND_ID: Named(DEFAULT_BRAND_ID, "Sandbox", self.stamp())}
        self.account = AccountObjects()
        self.fields = {
            ISSUE_FIELD_ID: TicketField(ISSUE_FIELD_ID, "Issue"),
        }
        self.system_fields = [
            TicketField(360_101 + number, title, kind, removable=False)
            for number, (kind, title) in enumerate(SYSTEM_FIELDS.items())
        ]
        self.language = "en"
        """The account's: that of Zendesk's own sentences."""
        self.jobs: dict[str, Job] = {}
        self.refused_statuses: dict[str, dict[str, Any]] = {}
        """The `details` of the refusal, by status."""
        self.next_job = ("completed", 100)
        """How the next one ends, and after how many tickets at most."""
        self.created_by_key: dict[str, tuple[bytes, int, datetime]] = {}
        """Idempotency-Key of a creation: its body, the ticket, when."""
        self._ids = itertools.count(1_000_001)
        self._ticket_ids = itertools.count(FIRST_TICKET_ID)

    def stamp(self) -> str:
        return second_stamp(self.clock.now())

    def new_id(self) -> int:
        return next(self._ids)

    def new_ticket(
        self, subject: str, requester: Person, submitter: Person, via: Via, number: int | None = None
    ) -> Ticket:
        """Without comments: the update that follows brings the first one, which is the description."""
        ticket = Ticket(
            number or next(self._ticket_ids),
            subject,
            requester_id=requester.id,
            submitter_id=submitter.id,
            via=via,
            created_at=self.stamp(),
            updated_at=self.stamp(),
            changed_at=self.clock.now(),
            custom_status_id=CUSTOM_STATUS_IDS["new"],
            organization_id=requester.organization_id,
            brand_id=DEFAULT_BRAND_ID,
        )
        self.tickets[ticket.id] = ticket
        return ticket

    def ticket(self, ticket_id: int | str) -> Ticket:
        """The ticket, deleted or not; raises Refused 404 when it never was."""
        found = self.tickets.get(int(ticket_id)) if str(ticket_id).isdecimal() else None
        if found is None:
            raise not_found()
        return found

    def live_ticket(self, ticket_id: int | str) -> Ticket:
        found = self.ticket(ticket_id)
        if found.is_deleted:
            raise not_found()
        return found

    def person(self, person_id: int) -> Person:
        return self.people[person_id]

    def ticket_url(self, ticket: Ticket) -> str:
        """Where an advocate looks at it."""
        return f"{self.url}/agent/tickets/{ticket.id}"

    def status_attributes(self, status: str) -> dict[str, Any]:
        return {"status": status, "custom_status_id": CUSTOM_STATUS_IDS[status]}

    def person_known_as(
        self, *, name: str, email: str | None = None, handle: str = "", tags: Iterable[str] = (), **rest: Any
    ) -> Person:
        """The person with this address (or, without one, this handle), made if there is none yet."""
        address = email or (f"handle {handle}" if handle else "")
        if address in self.person_by_address:
            return self.person_by_address[address]
        person = Person(self.new_id(), name, email or None, handle, tags=sorted(tags), created_at=self.stamp(), **rest)
        self.people[person.id] = person
        if address:
            self.person_by_address[address] = person
        return person

    def named(self, among: dict[int, Named], name: str, tags: Iterable[str] = ()) -> Named:
        """An organization, a group or a brand, made when unknown; the tags are added to its own."""
        found = next((known for known in among.values() if known.name == name and not known.deleted), None)
        if found is None:
            found = Named(self.new_id(), name, self.stamp())
            among[found.id] = found
        found.tags = sorted({*found.tags, *tags})
        return found

    def field(self, key: int | str) -> TicketField:
        """A custom field by its id or title, made when unknown."""
        number = int(key) if str(key).isdecimal() else None
        for field in self.fields.values():
            if number == field.id or field.title == key:
                return field
        field = TicketField(number or self.new_id(), str(key))
        self.fields[field.id] = field
        return field

    def open_audit(self, ticket: Ticket, author_id: int, via: Via, custom: dict[str, Any]) -> Audit:
        """An audit that is not yet part of the ticket's history."""
        return Audit(self.new_id(), ticket.id, author_id, self.stamp(), via, custom)

    def append_comment(self, ticket: Ticket, audit: Audit, **given: Any) -> None:
        """given: author_id, body, html, public, flags."""
        comment = Comment(self.new_id(), created_at=audit.created_at, audit_id=audit.id, via=audit.via, **given)
        ticket.comments.append(comment)
        ticket.is_public = ticket.is_public or comment.public
        audit.events.append(comment)

    def record_change(self, audit: Audit, name: str, value: object, before: object, *, created: bool = False) -> None:
        """Ids are texts here, unlike in the ticket. A new ticket has a `Create` for each field, without a before."""
        change: Json = {"type": "Create" if created else "Change", "field_name": name, "value": _in_audit(name, value)}
        if not created:
            change["previous_value"] = _in_audit(name, before)
        audit.events.append({"id": self.new_id(), **change})

    def save(self, ticket: Ticket, audit: Audit, *, event: str = "ticket.updated") -> None:
        """Put the audit in the ticket's history, if anything happened, and call the listener."""
        if not audit.events:
            return
        ticket.audits.append(audit)
        ticket.updated_at = audit.created_at
        ticket.changed_at = self.clock.now()
        self.on_change(ticket, event, audit.author_id)

    def delete(self, ticket: Ticket, *, actor_id: int) -> None:
        """Soft: gone for everything but the incremental export, which shows it with status `deleted`."""
        before, ticket.status = ticket.status, "deleted"
        audit = self.open_audit(ticket, actor_id, API_VIA, {})
        self.record_change(audit, "status", "deleted", before)
        self.save(ticket, audit)


def _in_audit(name: str, value: object) -> object:
    return str(value) if name.endswith("_id") and value is not None else value
