"""Recognises the channel of a ticket: who could read it, and where it can be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.rules.re2_patterns import first_match
from app.rules.schema.base import ChannelConfig, RecogniseConfig
from app.rules.team import fits
from app.ticket import Ticket
from app.word_lists import words

OTHER = "other"
NO_REL = "none"
"""What `rel:` in routing.yaml calls a ticket without one."""
CARRIERS = frozenset({"email", "mail", "mailgun", "api", "web_service", "any_channel"})
"""How what was written elsewhere reaches Zendesk. What came otherwise is not public for a tag that it has."""
CONNECTED = words(
    """
    twitter twitter_dm twitter_favorite facebook facebook_post facebook_message any_channel
    native_messaging whatsapp wechat line sms text_message messagebird_sms twilio_sms connect_sms telegram viber
    kakaotalk instagram_dm google_rcs google_business_messages apple_business_chat business_messaging_slack_connect
    sunshine_conversations_api sunshine_conversations_facebook_messenger sunshine_conversations_twitter_dm
    """
)
"""`via.channel` of what Zendesk answers on a connection of its own. All other answers go by e-mail."""


@dataclass(frozen=True, slots=True)
class ChannelOf:
    """The channel of one ticket."""

    name: str
    public: bool
    reply: Literal["zendesk", "elsewhere"]
    link: str
    """To the post that is answered; `""` when it is not known, and the text has none."""
    reached: bool = True
    """Does an answer from Zendesk reach the person?"""


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
    channel, reached = channels.get(name), is_reached(ticket.via.channel, ticket.requester.email)
    if channel is None:
        return ChannelOf(name, public=bool(ticket.public), reply="zendesk", link="", reached=reached)
    return ChannelOf(name, is_public(channel, ticket), channel.reply, _link(channel, ticket), reached)


def is_reached(via: str, email: str) -> bool:
    """By a connection of Zendesk's, else by e-mail. Of a text that is only tried (no `via`) nothing is known."""
    return bool(email) or not via or via.lower() in CONNECTED


def is_public(channel: ChannelConfig | None, ticket: Ticket) -> bool:
    """What the source says of this ticket; else only what a public channel is known to show to strangers."""
    if ticket.public is not None:
        return ticket.public
    return channel is not None and channel.public and _strangers_read(channel, ticket)


def _strangers_read(channel: ChannelConfig, ticket: Ticket) -> bool:
    """Is the ticket's `rel` one that the channel names, or none? Nobody knows who reads any other."""
    via, rel = ticket.via.channel.lower(), ticket.via.rel.lower()
    if not via:
        return bool(ticket.channel) and not rel
    named = [signs for signs in channel.recognise if via in signs.via]
    if named:
        return any((rel or NO_REL) in (signs.rel or (NO_REL,)) for signs in named)
    return via in CARRIERS and not rel


def _recognises(signs: RecogniseConfig, ticket: Ticket) -> bool:
    if not (signs.via or signs.rel or signs.tags or signs.addresses):
        return False
    return (
        (not signs.via or ticket.via.channel.lower() in signs.via)
        and (not signs.rel or (ticket.via.rel.lower() or NO_REL) in signs.rel)
        and (not signs.tags or not set(signs.tags).isdisjoint(ticket.tags))
        and (not signs.addresses or any(fits(p, address) for p in signs.addresses for address in ticket.via.addresses))
    )


def _link(channel: ChannelConfig, ticket: Ticket) -> str:
    if ticket.post_url:
        return ticket.post_url
    texts = (ticket.body, ticket.subject)
    found = (first_match(pattern, text) for text in texts for pattern in channel.link_patterns)
    return next(filter(None, found), "")
