"""A ticket as it was read: the one value that rules and triage look at.

A snapshot, frozen: what the service decides is a pure function of it and of the YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Event = Literal["created", "comment", "corrected", "updated"]
"""What made us look: a new ticket, a new comment by its requester, a person changed the archetype, anything else."""


@dataclass(frozen=True, slots=True)
class Via:
    """How the ticket came in, as Zendesk says it (`via`): lower case, `""` where Zendesk gave null."""

    channel: str = ""
    rel: str = ""
    addresses: tuple[str, ...] = ()
    """Every address, handle and name in `source.from` and `source.to`, lower case; with an @ the account addressed."""


@dataclass(frozen=True, slots=True)
class Requester:
    id: int | None = None
    name: str = ""
    email: str = ""
    handle: str = ""
    role: str = "end-user"
    tags: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The part of the e-mail address behind the @, lower case; `""` without an address."""
        return self.email.rpartition("@")[2].lower() if "@" in self.email else ""


@dataclass(frozen=True, slots=True)
class Organization:
    id: int | None = None
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortLink:
    """A shortened link in the text, and where it leads."""

    link: str
    url: str = ""
    """Empty: that is not known."""
    title: str = ""
    """Of the page: whoever made the page wrote it."""
    why_not: str = ""
    """Why `url` is not known."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int | str
    subject: str = ""
    body: str = ""
    """The text that is being judged: the first comment, or for `event == "comment"` the requester's newest one."""
    channel: str | None = None
    """A channel's name when the source states it (the CLI's JSON lines do); None: recognise it from `via`."""
    via: Via = Via()
    public: bool | None = None
    """Could a stranger read it where it was written; None: as the channel says."""
    status: str = "new"
    tags: tuple[str, ...] = ()
    group: str = ""
    brand: str = ""
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    requester: Requester = Requester()
    organization: Organization | None = None
    short_links: tuple[ShortLink, ...] = ()
    """Those that were looked up."""
    post_url: str = ""
    """Of the post that we made it of; empty: we did not, and its text may name one."""
    event: Event = "created"
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    updated_at: str = ""
    """Zendesk's own string, unparsed: `updated_stamp` must match it to the letter."""
