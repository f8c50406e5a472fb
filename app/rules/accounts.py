"""Our accounts at a channel: which were addressed, and which one answers."""

import re
from typing import Final

from app.rules.schema.base import ChannelConfig, TeamConfig
from app.rules.team import bare_handle
from app.ticket import Ticket

_MENTION: Final = re.compile(r"(?<![\w@./])@([A-Za-z0-9_]{1,30})")


def addressed_accounts(ticket: Ticket) -> frozenset[str]:
    """Without @: the accounts that Zendesk names as addressed, and those mentioned in the text."""
    own = ticket.requester.handle.lstrip("@").lower()
    # Not names: that of a sender is anything, and of web and API tickets the sender is also who is addressed.
    addressed = {address[1:].lower() for address in ticket.via.addresses if address.startswith("@")}
    mentioned = {name.lower() for name in _MENTION.findall(f"{ticket.subject}\n{ticket.body}")}
    return frozenset((addressed | mentioned) - {own, ""})


def answering_account(channel: ChannelConfig | None, ticket: Ticket, archetype: str | None) -> str:
    """Empty: the channel has no accounts to choose from."""
    if channel is None:
        return ""
    addressed = addressed_accounts(ticket)
    for account, archetypes in channel.answer_as_addressed.items():
        if bare_handle(account) in addressed and archetype in archetypes:
            return account
    return channel.answer_as or ""


def other_accounts(channel: ChannelConfig | None, team: TeamConfig, ticket: Ticket, account: str) -> tuple[str, ...]:
    """Of ours that were addressed, and do not answer."""
    ours = {bare_handle(one) for one in (*team.handles, *(channel.answer_as_addressed if channel else ()))}
    return tuple(f"@{one}" for one in sorted(ours & addressed_accounts(ticket) - {bare_handle(account)}))
