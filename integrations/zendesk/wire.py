"""Zendesk's JSON, checked at the edge and turned into snapshots. Unknown keys are ignored: Zendesk adds some often."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from integrations.wire import WireModel, WireText
from integrations.zendesk.snapshots import CommentSnapshot, OrganizationSnapshot, RequesterSnapshot, TicketSnapshot
from integrations.zendesk.via import channel_name

WireTags = Annotated[tuple[str, ...], BeforeValidator(lambda value: () if value is None else value)]


class WireSource(WireModel):
    from_: dict[str, object] | None = Field(default=None, alias="from")
    to: dict[str, object] | None = None
    rel: WireText = ""


class WireVia(WireModel):
    channel: Annotated[str, BeforeValidator(channel_name)] = ""
    source: WireSource = WireSource()


class WireField(WireModel):
    id: int
    value: object = None


class WireZendeskUser(WireModel):
    id: int
    name: WireText = ""
    email: WireText = ""
    role: WireText = "end-user"
    tags: WireTags = ()


class WirePeople(WireModel):
    users: tuple[WireZendeskUser, ...]


class WirePerson(WireModel):
    user: WireZendeskUser


class WireNamed(WireModel):
    """An organization or a group."""

    id: int
    name: WireText = ""
    tags: WireTags = ()


class WireTicket(WireModel):
    id: int
    subject: WireText = ""
    description: WireText = ""
    status: str
    custom_status_id: int | None = None
    tags: WireTags = ()
    via: WireVia = WireVia()
    group_id: int | None = None
    brand_id: int | None = None
    organization_id: int | None = None
    requester_id: int
    submitter_id: int | None = None
    assignee_id: int | None = None
    custom_fields: tuple[WireField, ...] = ()
    created_at: AwareDatetime
    updated_at: str
    # Absent means private: what may be public is never guessed.
    is_public: bool = False


class WireTicketAnswer(WireModel):
    """`GET /tickets/{id}?include=users,groups,organizations`."""

    ticket: WireTicket
    users: tuple[WireZendeskUser, ...] = ()
    organizations: tuple[WireNamed, ...] = ()
    groups: tuple[WireNamed, ...] = ()

    def snapshot(self, url: str) -> TicketSnapshot:
        ticket = self.ticket
        via = ticket.via
        organization = next((o for o in self.organizations if o.id == ticket.organization_id), None)
        return TicketSnapshot(
            id=ticket.id,
            subject=ticket.subject,
            description=ticket.description,
            status=ticket.status.lower(),
            custom_status_id=ticket.custom_status_id,
            tags=ticket.tags,
            via_channel=via.channel,
            via_rel=via.source.rel.lower(),
            via_addresses=_addresses(via.source),
            group_id=ticket.group_id,
            group_name=next((g.name for g in self.groups if g.id == ticket.group_id), ""),
            brand_id=ticket.brand_id,
            organization=None
            if organization is None
            else OrganizationSnapshot(organization.id, organization.name, organization.tags),
            requester=self._requester(),
            submitter_id=ticket.submitter_id,
            assignee_id=ticket.assignee_id,
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
            is_public=ticket.is_public,
            url=url,
            custom_fields={str(f.id): text for f in ticket.custom_fields if (text := _text(f.value))},
        )

    def _requester(self) -> RequesterSnapshot:
        user = next(
            (u for u in self.users if u.id == self.ticket.requester_id), WireZendeskUser(id=self.ticket.requester_id)
        )
        source = self.ticket.via.source.from_ or {}
        handle = source.get("username")
        return RequesterSnapshot(
            id=user.id,
            name=user.name,
            email=user.email,
            handle=handle.lstrip("@") if isinstance(handle, str) else "",
            role=user.role,
            tags=user.tags,
        )


class WireExport(WireModel):
    """`GET /incremental/tickets/cursor`: one page."""

    tickets: tuple[WireTicket, ...]
    users: tuple[WireZendeskUser, ...] = ()
    organizations: tuple[WireNamed, ...] = ()
    after_cursor: str | None = None
    end_of_stream: bool = True

    def snapshots(self, base_url: str) -> Iterator[TicketSnapshot]:
        for ticket in self.tickets:
            answer = WireTicketAnswer(ticket=ticket, users=self.users, organizations=self.organizations)
            yield answer.snapshot(f"{base_url}/agent/tickets/{ticket.id}")


# https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#comment-flags
AUTOMATIC = 4


class WireCommentMetadata(WireModel):
    flags: Annotated[tuple[object, ...], BeforeValidator(lambda value: value or ())] = ()
    """Why Zendesk marked the comment: numbers. Only there when it did."""


class WireComment(WireModel):
    id: int
    author_id: int | None = None
    public: bool = False
    body: WireText = ""
    plain_body: str | None = None
    created_at: AwareDatetime
    via: WireVia = WireVia()
    metadata: Annotated[WireCommentMetadata, BeforeValidator(lambda value: value or {})] = WireCommentMetadata()

    def snapshot(self, people: Mapping[int, WireZendeskUser]) -> CommentSnapshot:
        author = people.get(self.author_id or 0)
        return CommentSnapshot(
            id=self.id,
            author_id=self.author_id,
            public=self.public,
            body=self.body if self.plain_body is None else self.plain_body,
            created_at=self.created_at,
            via_channel=self.via.channel,
            via_rel=self.via.source.rel.lower(),
            author_role=author.role if author else "",
            author_email=author.email if author else "",
            automatic=AUTOMATIC in self.metadata.flags,
        )


class WireComments(WireModel):
    """`GET /tickets/{id}/comments?include=users`."""

    comments: tuple[WireComment, ...]
    users: tuple[WireZendeskUser, ...] = ()

    def snapshots(self) -> list[CommentSnapshot]:
        """In the order in which they were written."""
        people = {user.id: user for user in self.users}
        return sorted((comment.snapshot(people) for comment in self.comments), key=lambda c: (c.created_at, c.id))


class _NewTicket(WireModel):
    id: int


class WireNewTicket(WireModel):
    """The answer to `POST /tickets`."""

    ticket: _NewTicket


class _FollowedUp(WireModel):
    followup_ids: Annotated[tuple[int, ...], BeforeValidator(lambda value: () if value is None else value)] = ()


class WireFollowedUp(WireModel):
    ticket: _FollowedUp


class WireMetadata(WireModel):
    custom: dict[str, object] | None = None


class WireAuditEvent(WireModel):
    """`value` and `previous_value` of tags are lists or words in one text, as the account's age has it."""

    type: WireText = ""
    field_name: WireText = ""
    value: object = None
    previous_value: object = None

    def adds_tag(self, tag: str) -> bool:
        if self.type not in {"Create", "Change"} or self.field_name != "tags":
            return False
        return tag in _words(self.value) and tag not in _words(self.previous_value)


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class WireAudit(WireModel):
    id: int
    author_id: int | None = None
    events: tuple[WireAuditEvent, ...] = ()
    metadata: WireMetadata | None = None


class WirePage(WireModel):
    has_more: bool = False
    after_cursor: str | None = None


class WireAudits(WireModel):
    audits: tuple[WireAudit, ...]
    meta: WirePage = WirePage()


class WireUpdatedTicket(WireModel):
    status: str
    tags: WireTags = ()
    updated_at: str


class WireUpdateAudit(WireModel):
    id: int


class WireUpdate(WireModel):
    """zenpy's `TicketAudit`: the answer to `PUT /tickets/{id}`."""

    ticket: WireUpdatedTicket
    audit: WireUpdateAudit


class WireAgent(WireModel):
    # Zendesk answers 200 with a null id when it does not know us.
    id: int | None = None
    role: WireText = ""


class WireGroup(WireModel):
    id: int
    name: WireText = ""


def _addresses(source: WireSource) -> tuple[str, ...]:
    found = [text.lower() for side in (source.from_, source.to) for text in _texts(side) if text]
    return tuple(dict.fromkeys(found))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return str(value) if isinstance(value, str | int | float) else ""
