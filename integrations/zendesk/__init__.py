"""Zendesk: the verbs Pointsman needs, over zenpy, each safe to call without knowing zenpy's habits."""

from integrations.zendesk.client import Agent, ZendeskClient
from integrations.zendesk.jobs import Job, JobResult
from integrations.zendesk.snapshots import (
    ChangePage,
    CommentSnapshot,
    OrganizationSnapshot,
    RequesterSnapshot,
    TicketSnapshot,
    UnreadableTicket,
)
from integrations.zendesk.updates import NewComment, TicketUpdate, UpdatedTicket

__all__ = [
    "Agent",
    "ChangePage",
    "CommentSnapshot",
    "Job",
    "JobResult",
    "NewComment",
    "OrganizationSnapshot",
    "RequesterSnapshot",
    "TicketSnapshot",
    "TicketUpdate",
    "UnreadableTicket",
    "UpdatedTicket",
    "ZendeskClient",
]
