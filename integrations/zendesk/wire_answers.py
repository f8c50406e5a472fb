"""What Zendesk answers beside tickets and comments: what was made or updated, audits, agents and groups."""

import json
from typing import Annotated

from pydantic import BeforeValidator

from integrations.wire import WireText
from integrations.zendesk.updates import READ_KEY
from integrations.zendesk.wire import Rows, WireTags, ZendeskModel


class _WithId(ZendeskModel):
    id: int


class WireNewTicket(ZendeskModel):
    """The answer to `POST /tickets`."""

    ticket: _WithId


class WireTickets(ZendeskModel):
    """The answer to `GET /tickets?external_id=`."""

    tickets: tuple[_WithId, ...]


class _WithStatus(_WithId):
    status: str


class WireStatuses(ZendeskModel):
    """The answer to `GET /tickets/show_many?ids=`."""

    tickets: tuple[_WithStatus, ...]


class WireNewUser(ZendeskModel):
    """The answer to `POST /users/create_or_update`."""

    user: _WithId


class _FollowedUp(ZendeskModel):
    followup_ids: Annotated[tuple[int, ...], BeforeValidator(lambda value: () if value is None else value)] = ()


class WireFollowedUp(ZendeskModel):
    ticket: _FollowedUp


class WireMetadata(ZendeskModel):
    custom: dict[str, object] | None = None


class WireAuditEvent(ZendeskModel):
    """`value` and `previous_value` of tags are lists or words in one text, as the account's age has it."""

    type: WireText = ""
    field_name: WireText = ""
    value: object = None
    previous_value: object = None

    @property
    def of_tags(self) -> bool:
        return self.type in {"Create", "Change"} and self.field_name == "tags"

    def adds_tag(self, tag: str) -> bool:
        return self.of_tags and tag in _words(self.value) and tag not in _words(self.previous_value)

    def removed_tags(self) -> list[str]:
        left = _words(self.value)
        return [tag for tag in _words(self.previous_value) if tag not in left]


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


class WireAudit(ZendeskModel):
    id: int | None = None
    author_id: int | None = None
    events: Rows[WireAuditEvent] = ()
    metadata: WireMetadata | None = None

    def noted(self, key: str) -> str:
        """What an update of ours noted under this key; empty in all others."""
        custom = self.metadata.custom if self.metadata is not None else None
        return str((custom or {}).get(key, ""))

    def overwritten_tags(self) -> tuple[str, ...]:
        """What our update removed without having read it. Triggers come later: the first change of tags is ours."""
        change = next((event for event in self.events if event.of_tags), None)
        removed = change.removed_tags() if change is not None else []
        try:
            read = json.loads(self.noted(READ_KEY)) if removed else []
        except ValueError:  # no update of ours, or one of an older version
            return ()
        return tuple(tag for tag in removed if tag not in read) if isinstance(read, list) else ()


class WirePage(ZendeskModel):
    has_more: bool = False
    after_cursor: str | None = None


class WireAudits(ZendeskModel):
    # Not left out when odd: one of them may tell that an update of ours is there.
    audits: tuple[WireAudit, ...]
    meta: WirePage = WirePage()


class WireUpdatedTicket(ZendeskModel):
    status: str
    tags: WireTags = ()
    updated_at: str


class WireUpdateAudit(WireAudit):
    id: int


class WireUpdate(ZendeskModel):
    """The answer to `PUT /tickets/{id}`."""

    ticket: WireUpdatedTicket
    audit: WireUpdateAudit


class WireAgent(ZendeskModel):
    # Zendesk answers 200 with a null id when it does not know us.
    id: int | None = None
    role: WireText = ""


class WireGroup(ZendeskModel):
    id: int
    name: WireText = ""
    deleted: bool = False
    """Listed all the same."""
