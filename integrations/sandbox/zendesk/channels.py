"""The channels that a ticket comes from: all that the sandbox knows of one stands in `CHANNELS`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.models import Person, Ticket

SUPPORT_ADDRESS = "community@sandbox.example"
SUPPORT_HANDLE = "sandbox"


@dataclass(frozen=True, slots=True)
class Channel:
    title: str
    """As people read it, and as `{{ticket.via}}` renders."""
    source_from: Callable[[Person], Json] = lambda _requester: {}
    source_to: Json = field(default_factory=dict)
    rel: str | None = None
    """What `via.source.rel` mostly is."""


def _twitter(handle: str, name: str) -> Json:
    return {"profile_url": f"https://twitter.com/{handle}", "username": handle, "name": name}


# The key is `via.channel`. A channel that is not listed has no source, and a title made from its key.
CHANNELS = {
    "email": Channel(
        "Mail",
        lambda person: {"address": person.email, "name": person.name},
        {"address": SUPPORT_ADDRESS, "name": "Community"},
    ),
    "twitter": Channel(
        "Twitter",
        lambda person: _twitter(person.handle.lstrip("@"), person.name),
        _twitter(SUPPORT_HANDLE, "Sandbox"),
    ),
    "facebook": Channel(
        "Facebook",
        lambda person: {"name": person.name, "facebook_id": str(person.id)},
        {"name": "Sandbox", "facebook_id": "1"},
        "post",
    ),
    "web": Channel("Web Form"),
    "api": Channel("Web Service"),
}


PRIVATE_TITLES = {"twitter direct_message": "Twitter DM", "facebook message": "Facebook Message"}


def via_of(channel: str, rel: str | None, requester: Person) -> Json:
    """The `via` of a ticket."""
    known = CHANNELS.get(channel, Channel(""))
    source = {"from": known.source_from(requester), "to": known.source_to, "rel": rel or known.rel}
    return {"channel": channel, "source": source}


def via_title(ticket: Ticket) -> str:
    """The channel as people read it; a private message has a name of its own."""
    channel = str(ticket.via.get("channel", ""))
    rel = (ticket.via.get("source") or {}).get("rel")
    if private := PRIVATE_TITLES.get(f"{channel} {rel}"):
        return private
    return CHANNELS[channel].title if channel in CHANNELS else channel.replace("_", " ").title()
