"""The Zendesk verbs Pointsman uses: one call each, sent once, with plain values in and out.

zenpy makes the calls it can make well; what it lacks (side-loads, sorting, spam) goes over the same session.
Not for use by several threads at once: see `integrations.per_thread`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket
from zenpy.lib.exception import APIException, ZenpyException

from integrations.errors import Invalid, NotFound, Refused
from integrations.session import DEFAULT_TIMEOUT, OnResponse, Timeout, unreadable
from integrations.zendesk.errors import SERVICE
from integrations.zendesk.session import ZENPY_DOMAIN, ZENPY_SUBDOMAIN, ZendeskSession
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot
from integrations.zendesk.wire import (
    WireAgent,
    WireAudits,
    WireComments,
    WireExport,
    WireGroup,
    WirePeople,
    WireTicketAnswer,
    WireUpdate,
)

RUN_KEY = "pointsman_run"
"""The key in an audit's metadata that names the run which made the update."""

PAGE = 100
AUDIT_PAGES = 5

# What zenpy raises, beside its own exceptions, when a 2xx is not shaped as it expects.
ZENPY_STUMBLES = (ZenpyException, APIException, AttributeError, KeyError, TypeError, ValueError)

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class NewComment:
    html_body: str
    """Built with `integrations.zendesk.quoting`: Zendesk expands placeholders in it."""
    public: bool = False


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """What one PUT changes; None and empty mean: leave it alone."""

    updated_stamp: str
    """The ticket's `updated_at` as it was read. Zendesk answers 409 if the ticket has changed since."""
    tags: tuple[str, ...] | None = None
    """All tags the ticket shall have: Zendesk replaces the list."""
    status: str | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    comment: NewComment | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    """Field id to value."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Kept in the audit's `metadata.custom`; see `RUN_KEY`."""


@dataclass(frozen=True, slots=True)
class UpdatedTicket:
    updated_at: str
    audit_id: int
    status: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    role: str


class ZendeskClient:
    """All methods raise `integrations.errors`; a method that writes may raise UnknownOutcome."""

    def __init__(
        self,
        url: str,
        *,
        email: str = "",
        token: str = "",
        oauth_token: str = "",
        timeout: Timeout = DEFAULT_TIMEOUT,
        on_response: OnResponse | None = None,
    ) -> None:
        """`url`: https://acme.zendesk.com. Either `email` and `token`, or `oauth_token`."""
        if not oauth_token and not (email and token):
            raise ValueError("ZendeskClient needs an e-mail and a token, or an OAuth token")
        # At DEBUG zenpy writes whole payloads, with what people wrote, into the log.
        logging.getLogger("zenpy").setLevel(logging.WARNING)
        self._session = ZendeskSession(url, timeout=timeout, on_response=on_response)
        credentials = {"oauth_token": oauth_token} if oauth_token else {"email": email, "token": token}
        self._zenpy = Zenpy(
            subdomain=ZENPY_SUBDOMAIN,
            domain=ZENPY_DOMAIN,
            session=self._session,
            timeout=timeout,
            # Its cache hands out the same mutable objects again, with an `updated_at` that may be old.
            disable_cache=True,
            **credentials,
        )

    def read_ticket(self, ticket_id: int) -> TicketSnapshot:
        """One GET. zenpy would drop the side-loads and fetch requester and organization when they are touched."""
        answer = self._get(f"tickets/{ticket_id}", WireTicketAnswer, {"include": "users,organizations,groups"})
        return answer.snapshot(f"{self._session.base_url}/agent/tickets/{ticket_id}")

    def changed_since(self, since: datetime) -> Iterator[TicketSnapshot]:
        """Tickets that changed since then, from the incremental export: one GET per 100, oldest change first.

        The export leaves out the last minute, may name a ticket twice, and has deleted ones (status `deleted`).
        """
        params = {"start_time": str(int(since.timestamp())), "per_page": str(PAGE), "include": "users,organizations"}
        while True:
            page = self._get("incremental/tickets/cursor", WireExport, params)
            for ticket in page.tickets:
                answer = WireTicketAnswer(ticket=ticket, users=page.users, organizations=page.organizations)
                yield answer.snapshot(f"{self._session.base_url}/agent/tickets/{ticket.id}")
            if page.end_of_stream or not page.after_cursor:
                return
            params = {"cursor": page.after_cursor, "per_page": str(PAGE), "include": "users,organizations"}

    def comments(self, ticket_id: int, newest: int = PAGE) -> list[CommentSnapshot]:
        """The newest comments, at most 100, in the order they were written. One GET."""
        params = {"sort": "-created_at", "page[size]": str(min(newest, PAGE))}
        answer = self._get(f"tickets/{ticket_id}/comments", WireComments, params)
        return sorted((comment.snapshot() for comment in answer.comments), key=lambda c: (c.created_at, c.id))

    def update_ticket(self, ticket_id: int, update: TicketUpdate) -> UpdatedTicket:
        """One PUT. Raises Conflict when the ticket changed, Invalid with reason `ticket_closed` when it is closed."""
        # A fresh Ticket sends what is named here and its id, nothing else; None would be sent as null later on.
        changes: dict[str, Any] = {"safe_update": True, "updated_stamp": update.updated_stamp}
        if update.tags is not None:
            changes["tags"] = list(update.tags)
        for name in ("status", "group_id", "assignee_id"):
            if (value := getattr(update, name)) is not None:
                changes[name] = value
        if update.comment is not None:
            changes["comment"] = Comment(html_body=update.comment.html_body, public=update.comment.public)
        if update.custom_fields:
            changes["custom_fields"] = [{"id": int(key), "value": value} for key, value in update.custom_fields.items()]
        if update.metadata:
            changes["metadata"] = dict(update.metadata)
        ticket = Ticket(id=ticket_id, **changes)
        answer = self._call(
            lambda: WireUpdate.model_validate(self._zenpy.tickets.update(ticket)), "PUT", f"tickets/{ticket_id}"
        )
        return UpdatedTicket(answer.ticket.updated_at, answer.audit.id, answer.ticket.status, answer.ticket.tags)

    def has_run(self, ticket_id: int, run_id: str) -> bool:
        """Was an update with this `RUN_KEY` applied? Looks at the newest 500 audits; usually one GET."""
        params = {"sort": "-created_at", "page[size]": str(PAGE)}
        for _ in range(AUDIT_PAGES):
            answer = self._get(f"tickets/{ticket_id}/audits", WireAudits, params)
            for audit in answer.audits:
                custom = audit.metadata.custom if audit.metadata is not None else None
                if custom is not None and custom.get(RUN_KEY) == run_id:
                    return True
            if not answer.meta.has_more or not answer.meta.after_cursor:
                break
            params = {**params, "page[after]": answer.meta.after_cursor}
        return False

    def mark_as_spam(self, ticket_id: int) -> None:
        """Also suspends the requester: only where a person asked for it."""
        self._session.put(self._url(f"tickets/{ticket_id}/mark_as_spam"), json={})

    def me(self) -> Agent:
        """Who the credentials belong to. Raises Refused when Zendesk does not know us: it answers 200 all the same."""
        agent = self._call(lambda: WireAgent.model_validate(self._zenpy.users.me()), "GET", "users/me")
        if agent.id is None:
            raise Refused(SERVICE, "the credentials are unknown; check e-mail and token", "not_authenticated")
        return Agent(agent.id, agent.role)

    def group_id(self, name: str) -> int:
        """The id of the group of exactly this name; a page of 100 groups per call: ask once, at start."""
        groups = self._call(
            lambda: [WireGroup.model_validate(group) for group in self._zenpy.groups()], "GET", "groups"
        )
        found = [group.id for group in groups if group.name == name]
        if not found:
            raise NotFound(SERVICE, "there is no group of the name that was asked for", "no_such_group")
        if len(found) > 1:
            raise Invalid(SERVICE, f"several groups have the name that was asked for: {found}", "ambiguous_group")
        return found[0]

    def agent_id(self, email: str) -> int:
        """The id of the agent with exactly this address. One GET: ask once."""
        answer = self._get("users/search", WirePeople, {"query": f"email:{email}"})
        found = [user.id for user in answer.users if user.email.lower() == email.lower() and user.role != "end-user"]
        if not found:
            raise NotFound(SERVICE, "there is no agent of the address that was asked for", "no_such_agent")
        return found[0]

    def close(self) -> None:
        self._session.close()

    def _url(self, path: str) -> str:
        return f"{self._session.base_url}/api/v2/{path}.json"

    def _get(self, path: str, model: type[Model], params: Mapping[str, str]) -> Model:
        response = self._session.get(self._url(path), params=params)
        return self._call(lambda: model.model_validate_json(response.content), "GET", path)

    def _call(self, call: Callable[[], Result], method: str, path: str) -> Result:
        """What the call returns. A 2xx that cannot be understood becomes ours, without the text it stumbled on."""
        try:
            return call()
        except ZENPY_STUMBLES:
            failure = unreadable(SERVICE, method, f"{method} {path}")
        raise failure
