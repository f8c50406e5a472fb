"""Recognises the channel of a ticket: who could read it, and where it can be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.rules.re2_patterns import first_match
from app.rules.schema.base import ChannelConfig, RecogniseConfig
from app.rules.team import fits
from app.ticket import Ticket

OTHER = "other"


@dataclass(frozen=True, slots=True)
class ChannelOf:
    """The channel of one ticket."""

    name: str
    public: bool
    reply: Literal["zendesk", "elsewhere"]
    link: str
    """To the post that is answered; `""` when the text has none."""


def recognise_channel(channels: Mapping[str, ChannelConfig], ticket: Ticket) -> str:
    """The channel that the source states, else the first in the file that recognises the ticket, else `other`."""
    if ticket.channel:
        return ticket.channel if ticket.channel in channels else OTHER
    for name, channel in channels.items():
        if any(_recognises(signs, ticket) for signs in channel.recognise):
            return name
    return OTHER


def describe_channel(channels: Mapping[str, ChannelConfig], ticket: Ticket) -> ChannelOf:
    """The channel with all that planning needs. An unknown one is private, and answered from Zendesk."""
    name = recognise_channel(channels, ticket)
    channel = channels.get(name)
    if channel is None:
        return ChannelOf(name, public=bool(ticket.public), reply="zendesk", link="")
    return ChannelOf(name, is_public(channel, ticket), channel.reply, _link(channel, ticket))


def is_public(channel: ChannelConfig | None, ticket: Ticket) -> bool:
    """What the source says of this ticket, else of its channel; private when neither says it."""
    if ticket.public is not None:
        return ticket.public
    return channel is not None and channel.public


def _recognises(signs: RecogniseConfig, ticket: Ticket) -> bool:
    if not (signs.via or signs.rel or signs.tags or signs.addresses):
        return False
    return (
        (not signs.via or ticket.via.channel.lower() in signs.via)
        and (not signs.rel or ticket.via.rel.lower() in signs.rel)
        and (not signs.tags or not set(signs.tags).isdisjoint(ticket.tags))
        and (not signs.addresses or any(fits(p, address) for p in signs.addresses for address in ticket.via.addresses))
    )


def _link(channel: ChannelConfig, ticket: Ticket) -> str:
    if channel.where is None:
        return ""
    return first_match(channel.where, ticket.body) or first_match(channel.where, ticket.subject) or ""
