"""The Zendesk pages: the list of tickets, and a ticket as an advocate sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from starlette.routing import BaseRoute

from integrations.sandbox.pages import Context, page
from integrations.sandbox.safe_html import cleaned, from_markdown
from integrations.sandbox.zendesk.channels import via_title
from integrations.sandbox.zendesk.models import Comment, Ticket
from integrations.sandbox.zendesk.state import BOT_USER_ID, State
from integrations.sandbox.zendesk.view import ticket_view

FIRST_WORDS = 90
LISTED = 500


def page_routes(state: State) -> list[BaseRoute]:
    def index(_at: Mapping[str, Any]) -> Context:
        with state.lock:
            newest = list(state.tickets.values())[: -LISTED - 1 : -1]
            return {"service": "Zendesk", "total": len(state.tickets), "tickets": [_row(t) for t in newest]}

    def show(at: Mapping[str, Any]) -> Context:
        with state.lock:
            ticket = state.ticket(at["id"])
            view = ticket_view(state, ticket)
            shown = [
                row | {"shown": _shown(state, c)} for row, c in zip(view["comments"], ticket.comments, strict=True)
            ]
            return {
                "service": "Zendesk",
                "ticket": view,
                "comments": shown,
                "channel": via_title(ticket),
                "source": _source(ticket),
                "field_titles": {field.id: field.title for field in state.fields.values()},
                "bot_id": BOT_USER_ID,
            }

    return [page("/", "zendesk_index.html", index), page("/agent/tickets/{id:int}", "zendesk_ticket.html", show)]


def _row(ticket: Ticket) -> Context:
    text = ticket.subject or (ticket.comments[0].body if ticket.comments else "")
    return {
        "id": ticket.id,
        "channel": via_title(ticket),
        "title": text if len(text) <= FIRST_WORDS else f"{text[:FIRST_WORDS]}…",
        "status": ticket.status,
        "tags": ticket.tags,
        "comments": len(ticket.comments),
        "notes": sum(not comment.public for comment in ticket.comments),
    }


def _shown(state: State, comment: Comment) -> Markup | str:
    """Staff's text is formatted, a customer's is shown as it was written."""
    if comment.html is not None:
        return cleaned(comment.html)
    return from_markdown(comment.body) if state.person(comment.author_id).is_staff else comment.body


def _source(ticket: Ticket) -> dict[str, str]:
    source = ticket.via.get("source") or {}
    shown: dict[str, str] = {}
    for side in ("from", "to"):
        given = source.get(side) or {}
        known = [str(given[name]) for name in ("name", "username", "address", "service_info") if given.get(name)]
        if known:
            shown[side] = " · ".join(known)
    if source.get("rel"):
        shown["kind"] = str(source["rel"])
    return shown
