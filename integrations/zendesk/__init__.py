"""Zendesk: the verbs Pointsman needs, over zenpy, each safe to call without knowing zenpy's habits."""

from integrations.zendesk.client import Agent, NewComment, TicketUpdate, UpdatedTicket, ZendeskClient
from integrations.zendesk.snapshots import (
    CommentSnapshot,
    OrganizationSnapshot,
    RequesterSnapshot,
    TicketSnapshot,
)

__all__ = [
    "Agent",
    "CommentSnapshot",
    "NewComment",
    "OrganizationSnapshot",
    "RequesterSnapshot",
    "TicketSnapshot",
    "TicketUpdate",
    "UpdatedTicket",
    "ZendeskClient",
]
