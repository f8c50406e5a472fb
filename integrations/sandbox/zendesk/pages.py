"""The Zendesk pages: the list of tickets, and a ticket as an advocate sees and changes it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from integrations.sandbox.api import Json
from integrations.sandbox.pages import Context, Pages, newest
from integrations.sandbox.zendesk.channels import via_title
from integrations.sandbox.zendesk.controls import ZendeskControls
from integrations.sandbox.zendesk.forms import WRITERS, WRITTEN_VIA, add_forms
from integrations.sandbox.zendesk.models import CUSTOM_STATUS_IDS, Ticket
from integrations.sandbox.zendesk.refusals import not_found
from integrations.sandbox.zendesk.serializers import ticket_view
from integrations.sandbox.zendesk.state import BOT_USER_ID, State


def page_routes(state: State, controls: ZendeskControls) -> list[BaseRoute]:
    def index(at: Mapping[str, Any]) -> Context:
        tag = str(at.get("q", "")).removeprefix("tags:")
        found = [one for one in state.tickets.values() if tag in {"", *one.tags}]
        channels = {key: given["title"] for key, given in WRITTEN_VIA.items()}
        return {"total": len(found), "tickets": newest(found), "via_title": via_title, "channels": channels}

    def show(at: Mapping[str, Any]) -> Context:
        ticket = state.ticket(at["id"])
        return {
            "ticket": ticket_view(state, ticket),
            "channel": via_title(ticket),
            "source": _source(ticket),
            "field_titles": {field.id: field.title for field in state.fields.values()},
            "bot_id": BOT_USER_ID,
            "people": {str(one.id): one.name for one in state.people.values()},
            "statuses": list(CUSTOM_STATUS_IDS),
            "writers": WRITERS,
        }

    def why(at: Mapping[str, Any]) -> Context:
        said = state.reasons(at["id"])
        if said is None:
            raise not_found()
        return {"ticket_id": at["id"], "said": said}

    pages = Pages("Zendesk", state.lock)
    for path in ("/", "/agent", "/agent/search/1"):
        pages.add(path, "zendesk_index.html", index)
    pages.add("/agent/tickets/{id:int}", "zendesk_ticket.html", show)
    pages.add_slow("/agent/tickets/{id:int}/why", "zendesk_why.html", why)
    add_forms(pages, state, controls)
    return pages.routes


def _source(ticket: Ticket) -> dict[str, str]:
    source: Json = ticket.via.get("source") or {}
    shown: dict[str, str] = {}
    for side in ("from", "to"):
        given = source.get(side) or {}
        known = [str(given[name]) for name in ("name", "username", "address", "service_info") if given.get(name)]
        shown[side] = " · ".join(known)
    return {side: text for side, text in (shown | {"kind": str(source.get("rel") or "")}).items() if text}
