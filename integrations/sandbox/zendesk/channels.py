"""The channels that a ticket comes from: all that the sandbox knows of one stands in `CHANNELS`."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.models import Person, Ticket

SUPPORT_ADDRESS = "community@sandbox.example"
SUPPORT_HANDLE = "sandbox"


Source = Callable[[Person], Json]


def _nothing(_requester: Person) -> Json:
    return {}


@dataclass(frozen=True, slots=True)
class Channel:
    title: str
    """As people read it, and as `{{ticket.via}}` renders."""
    source_from: Source = _nothing
    source_to: Source = _nothing
    rel: str | None = None
    """What `via.source.rel` mostly is."""


def _mailbox(person: Person) -> Json:
    return {"address": person.email, "name": person.name}


def _twitter(handle: str, name: str) -> Json:
    return {"profile_url": f"https://twitter.com/{handle}", "username": handle, "name": name}


def _facebook(number: int, name: str) -> Json:
    return {"name": name, "profile_url": f"https://www.facebook.com/{number}", "facebook_id": str(number)}


def _phone(name: str, last: str) -> Json:
    return {"phone": f"+1555123{last}", "formatted_phone": f"+1 (555) 123-{last}", "name": name}


def _review(_requester: Person) -> Json:
    return {
        "service_info": None,
        "supports_channelback": True,
        "supports_clickthrough": True,
        "registered_integration_service_name": "App reviews",
    }


# The key is `via.channel`. A channel that is not listed has no source, and a title made from its key.
CHANNELS = {
    "email": Channel(
        "Mail",
        lambda person: _mailbox(person) | {"original_recipients": [SUPPORT_ADDRESS]},
        lambda _: {"address": SUPPORT_ADDRESS, "name": "Community", "email_ccs": []},
    ),
    "twitter": Channel(
        "Twitter",
        lambda person: _twitter(person.handle.lstrip("@"), person.name),
        lambda _: _twitter(SUPPORT_HANDLE, "Sandbox"),
    ),
    "facebook": Channel(
        "Facebook", lambda person: _facebook(person.id, person.name), lambda _: _facebook(1, "Sandbox"), "post"
    ),
    "voice": Channel(
        "Phone call", lambda person: _phone(person.name, "0001"), lambda _: _phone("Sandbox", "0002"), "inbound"
    ),
    "any_channel": Channel("App reviews", _review),
    # Whom it is about, not whom it was sent to.
    "web": Channel("Web Form", source_to=_mailbox),
    "api": Channel("Web Service", source_to=_mailbox),
}


PRIVATE_TITLES = {"twitter direct_message": "Twitter DM", "facebook message": "Facebook Message"}


def via_of(channel: str, rel: str | None, requester: Person) -> Json:
    """The `via` of a ticket."""
    known = CHANNELS.get(channel, Channel(""))
    source = {"from": known.source_from(requester), "to": known.source_to(requester), "rel": rel or known.rel}
    return {"channel": channel, "source": source}


def via_title(ticket: Ticket) -> str:
    """The channel as people read it; a private message has a name of its own."""
    channel = str(ticket.via.get("channel", ""))
    rel = (ticket.via.get("source") or {}).get("rel")
    if private := PRIVATE_TITLES.get(f"{channel} {rel}"):
        return private
    return CHANNELS[channel].title if channel in CHANNELS else channel.replace("_", " ").title()
