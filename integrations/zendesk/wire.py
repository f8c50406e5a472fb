"""Zendesk's tickets and comments, checked at the edge and turned into snapshots. Unknown keys are ignored.

An optional part in an odd form counts as missing, and an odd row of a list is left out: neither costs the whole.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from integrations.wire import WireModel, WireText
from integrations.zendesk.snapshots import (
    CommentSnapshot,
    OrganizationSnapshot,
    RequesterSnapshot,
    TicketSnapshot,
    UnreadableTicket,
)
from integrations.zendesk.via import channel_name

PERMANENTLY_DELETED = "Permanently Deleted User"
"""Stands for a name: https://developer.zendesk.com/api-reference/ticketing/users/users/#list-deleted-users."""
UNKNOWN_REL = "unknown"
"""Not null, which has a meaning: what cannot be read is never taken for public."""

T = TypeVar("T")


class ZendeskModel(WireModel):
    must_be_readable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="wrap")
    @classmethod
    def _odd_is_missing(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Only for what has a default; an odd value of anything else makes the whole unreadable."""
        try:
            return validate(value)
        except ValidationError:
            field = cls.model_fields[info.field_name or ""]
            if field.is_required() or info.field_name in cls.must_be_readable:
                raise
            return field.get_default(call_default_factory=True)


def _readable(rows: object, validate: ValidatorFunctionWrapHandler) -> tuple[Any, ...]:
    """Each row by itself, so that an odd one does not cost the others."""
    read: list[Any] = []
    if not isinstance(rows, list | tuple):
        return tuple(validate(rows))
    for row in rows:
        try:
            read += validate([row])
        except ValidationError:
            continue
    return tuple(read)


Rows = Annotated[tuple[T, ...], WrapValidator(_readable)]


def _tags(value: object) -> object:
    """null, words in one text, or a list."""
    if value is None:
        return ()
    if isinstance(value, list):
        return [str(tag) for tag in value if isinstance(tag, str | int)]
    return value.split() if isinstance(value, str) else value


WireTags = Annotated[tuple[str, ...], BeforeValidator(_tags)]


def _rel(value: object) -> str:
    return "" if value is None else value.lower() if isinstance(value, str) else UNKNOWN_REL


class WireSource(ZendeskModel):
    from_: dict[str, object] | None = Field(default=None, alias="from")
    to: dict[str, object] | None = None
    rel: Annotated[str, BeforeValidator(_rel)] = ""


class WireVia(ZendeskModel):
    channel: Annotated[str, BeforeValidator(channel_name)] = ""
    source: WireSource = WireSource(rel=UNKNOWN_REL)


class WireField(ZendeskModel):
    id: int
    value: object = None


class WireZendeskUser(ZendeskModel):
    id: int
    name: WireText = ""
    email: WireText = ""
    role: WireText = "end-user"
    tags: WireTags = ()
    active: bool = True
    """False: deleted."""

    def snapshot(self, handle: str = "") -> RequesterSnapshot:
        return RequesterSnapshot(
            id=self.id,
            name="" if self.name == PERMANENTLY_DELETED else self.name,
            email=self.email,
            handle=handle,
            role=self.role,
            tags=self.tags,
            deleted=not self.active,
        )


class WirePeople(ZendeskModel):
    users: Rows[WireZendeskUser]


class WirePerson(ZendeskModel):
    user: WireZendeskUser


class WireNamed(ZendeskModel):
    """An organization or a group."""

    id: int
    name: WireText = ""
    tags: WireTags = ()


class WireTicket(ZendeskModel):
    # An update replaces all tags: what cannot be read must not be written back as nothing.
    must_be_readable = frozenset({"tags"})

    id: int
    subject: WireText = ""
    description: WireText = ""
    status: str
    custom_status_id: int | None = None
    tags: WireTags = ()
    via: WireVia = WireVia(source=WireSource())
    group_id: int | None = None
    brand_id: int | None = None
    organization_id: int | None = None
    # null in tickets whose people were deleted.
    requester_id: int = 0
    submitter_id: int | None = None
    assignee_id: int | None = None
    custom_fields: Rows[WireField] = ()
    created_at: AwareDatetime
    updated_at: str
    # Absent means private: what may be public is never guessed.
    is_public: bool = False


class _SideLoaded(ZendeskModel):
    """What stands beside tickets, for all of them."""

    users: Rows[WireZendeskUser] = ()
    organizations: Rows[WireNamed] = ()
    groups: Rows[WireNamed] = ()

    def snapshot_of(self, row: object, url: str) -> TicketSnapshot:
        """Raises ValidationError: the ticket cannot be read. In `url` `{id}` stands for its id."""
        ticket = WireTicket.model_validate(row)
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
            via_rel=via.source.rel,
            via_addresses=_addresses(via.source),
            group_id=ticket.group_id,
            group_name=next((g.name for g in self.groups if g.id == ticket.group_id), ""),
            brand_id=ticket.brand_id,
            organization=None
            if organization is None
            else OrganizationSnapshot(organization.id, organization.name, organization.tags),
            requester=self._requester_of(ticket),
            submitter_id=ticket.submitter_id,
            assignee_id=ticket.assignee_id,
            created_at=ticket.created_at,
            updated_at=ticket.updated_at,
            is_public=ticket.is_public,
            url=url.format(id=ticket.id),
            custom_fields={str(f.id): text for f in ticket.custom_fields if (text := _text(f.value))},
        )

    def _requester_of(self, ticket: WireTicket) -> RequesterSnapshot:
        nobody = WireZendeskUser(id=ticket.requester_id, active=bool(ticket.requester_id))
        user = next((u for u in self.users if u.id == ticket.requester_id), nobody)
        handle = (ticket.via.source.from_ or {}).get("username")
        return user.snapshot(handle.lstrip("@") if isinstance(handle, str) else "")


class WireTicketAnswer(_SideLoaded):
    """`GET /tickets/{id}?include=users,groups,organizations`."""

    ticket: dict[str, object]

    def snapshot(self, url: str) -> TicketSnapshot:
        """Raises ValidationError: it is a ticket, but not in a form that we know."""
        return self.snapshot_of(self.ticket, url)


class WireExport(_SideLoaded):
    """`GET /incremental/tickets/cursor`: one page."""

    tickets: tuple[object, ...]
    after_cursor: str | None = None
    end_of_stream: bool = True

    def read(self, url: str) -> tuple[tuple[TicketSnapshot, ...], tuple[UnreadableTicket, ...]]:
        read: list[TicketSnapshot] = []
        unreadable: list[UnreadableTicket] = []
        for row in self.tickets:
            try:
                read.append(self.snapshot_of(row, url))
            except ValidationError as error:
                unreadable.append(UnreadableTicket(_id_of(row), odd_parts(error)))
        return tuple(read), tuple(unreadable)


def odd_parts(error: ValidationError) -> str:
    """The names of what has another form than we know."""
    return ", ".join(sorted({".".join(map(str, one["loc"])) or "ticket" for one in error.errors(include_input=False)}))


def _id_of(row: object) -> int:
    number = row.get("id") if isinstance(row, dict) else None
    return number if type(number) is int else 0


# https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#comment-flags
AUTOMATIC = 4


class WireCommentMetadata(ZendeskModel):
    flags: Annotated[tuple[object, ...], BeforeValidator(lambda value: value or ())] = ()
    """Why Zendesk marked the comment: numbers. Only there when it did."""


class WireComment(ZendeskModel):
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
            via_rel=self.via.source.rel,
            author_role=author.role if author else "",
            author_email=author.email if author else "",
            automatic=AUTOMATIC in self.metadata.flags,
        )


class WireComments(ZendeskModel):
    """`GET /tickets/{id}/comments?include=users`."""

    comments: Rows[WireComment]
    users: Rows[WireZendeskUser] = ()

    def snapshots(self) -> list[CommentSnapshot]:
        """In the order in which they were written."""
        people = {user.id: user for user in self.users}
        return sorted((comment.snapshot(people) for comment in self.comments), key=lambda c: (c.created_at, c.id))


def _addresses(source: WireSource) -> tuple[str, ...]:
    """Only the account that was written to has an @: a name may begin with one, and anybody may take any name."""
    found = [text.lower().lstrip("@") for side in (source.from_, source.to) for text in _texts(side)]
    account = (source.to or {}).get("username")
    if isinstance(account, str) and account.strip("@"):
        found.append("@" + account.lower().lstrip("@"))
    return tuple(dict.fromkeys(filter(None, found)))


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
