"""Single tickets over HTTP: read, update, create, tags, comments, audits, spam, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.zendesk.checks import PAGING, Asked, Door
from integrations.sandbox.zendesk.creation import ticket_from_api
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import bad_request, unknown_keys, warning
from integrations.sandbox.zendesk.serializers import (
    audit_json,
    comment_json,
    named_json,
    organization_json,
    person_json,
    ticket_json,
)
from integrations.sandbox.zendesk.spam import mark_as_spam
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.updates import check_stamp, refuse_closed, update_ticket
from integrations.sandbox.zendesk.validators import tag_list

INCLUDES = frozenset({"users", "organizations", "groups"})
IDEMPOTENCY_LIFETIME = timedelta(hours=2)


def add_routes(door: Door) -> None:
    door.opens("GET", "/tickets/{id:int}", show, query=frozenset({"include"}))
    door.opens("PUT", "/tickets/{id:int}", update)
    door.opens("GET", "/tickets/{id:int}/comments", comments, query=PAGING | {"include", "include_inline_images"})
    door.opens("GET", "/tickets/{id:int}/audits", audits, query=PAGING | {"include"})
    door.opens("GET", "/tickets/{id:int}/tags", show_tags)
    door.opens("PUT", "/tickets/{id:int}/tags", add_tags)
    door.opens("POST", "/tickets/{id:int}/tags", set_tags)
    door.opens("DELETE", "/tickets/{id:int}/tags", remove_tags)
    door.opens("PUT", "/tickets/{id:int}/mark_as_spam", spam)
    door.opens("DELETE", "/tickets/{id:int}", delete)
    door.opens("POST", "/tickets", create)
    door.opens("GET", "/tickets", index, query=PAGING | {"include", "external_id"})


def included(asked: Asked, known: frozenset[str] = INCLUDES) -> set[str]:
    """The wanted side-loads. zenpy sends the word None when it wants none."""
    names = {name for name in asked.one("include").split(",") if name not in {"", "None"}}
    if names - known:
        raise bad_request("SandboxUnknownInclude", f"Zendesk would silently ignore include={sorted(names - known)}")
    return names


def side_loaded(state: State, tickets: list[Ticket], names: set[str]) -> dict[str, Any]:
    loaded: dict[str, Any] = {}
    if "users" in names:
        ids = {i for t in tickets for i in (t.requester_id, t.submitter_id, t.assignee_id) if i is not None}
        loaded["users"] = [person_json(state, state.person(i)) for i in sorted(ids)]
    if "organizations" in names:
        ids = {t.organization_id for t in tickets if t.organization_id is not None}
        loaded["organizations"] = [organization_json(state, state.organizations[i]) for i in sorted(ids)]
    if "groups" in names:
        ids = {t.group_id for t in tickets if t.group_id is not None}
        loaded["groups"] = [named_json(state, "groups", state.groups[i]) for i in sorted(ids)]
    return loaded


def show(asked: Asked) -> Response:
    names = included(asked)
    ticket = asked.state.live_ticket(asked.id)
    return answer({"ticket": ticket_json(asked.state, ticket)} | side_loaded(asked.state, [ticket], names))


def index(asked: Asked) -> Response:
    names = included(asked)
    tickets = [ticket for ticket in asked.state.tickets.values() if not ticket.is_gone]
    if asked.one("external_id"):
        tickets = [ticket for ticket in tickets if ticket.external_id == asked.one("external_id")]
    page = page_of(asked, "tickets", tickets, lambda ticket: ticket_json(asked.state, ticket))
    shown = [asked.state.tickets[row["id"]] for row in page["tickets"]]
    return answer(page | side_loaded(asked.state, shown, names))


def update(asked: Asked) -> Response:
    ticket = asked.state.live_ticket(asked.id)
    asked.http.answer_headers.update(asked.limits.update(asked.state.clock.now(), asked.user.id, ticket.id))
    change = asked.wrapped("ticket")
    if "id" in change:  # zenpy always sends it; the real service drops it and warns
        asked.http.answer_headers["x-zendesk-api-warn"] = warning(["ticket.id"])
        if change.pop("id") != ticket.id:
            raise bad_request("SandboxWrongId", "ticket.id in the body is not the id in the path")
    audit = update_ticket(asked.state, ticket, change, actor=asked.user)
    return answer({"ticket": ticket_json(asked.state, ticket), "audit": audit_json(asked.state, audit)})


def create(asked: Asked) -> Response:
    key = asked.http.headers.get("idempotency-key")
    now = asked.state.clock.now()
    if key and key in asked.state.created_by_key:
        body, ticket_id, at = asked.state.created_by_key[key]
        if now - at < IDEMPOTENCY_LIFETIME:
            if body != asked.http.body:
                raise Refused(400, {"error": "IdempotentRequestError"}, "idempotency_key_reused")
            asked.http.answer_headers["x-idempotency-lookup"] = "hit"
            ticket = asked.state.ticket(ticket_id)
            first = audit_json(asked.state, ticket.audits[0])
            return answer({"ticket": ticket_json(asked.state, ticket), "audit": first}, 201)
    ticket, audit = ticket_from_api(asked.state, asked.wrapped("ticket"), actor=asked.user)
    if key:
        asked.state.created_by_key[key] = (asked.http.body, ticket.id, now)
        asked.http.answer_headers["x-idempotency-lookup"] = "miss"
    return answer({"ticket": ticket_json(asked.state, ticket), "audit": audit_json(asked.state, audit)}, 201)


def comments(asked: Asked) -> Response:
    names = included(asked, frozenset({"users"}))
    ticket = asked.state.live_ticket(asked.id)
    listed = ticket.comments[::-1] if _newest_first(asked) else ticket.comments
    page = page_of(asked, "comments", listed, lambda comment: comment_json(asked.state, comment))
    if names:
        ids = sorted({row["author_id"] for row in page["comments"]})
        page["users"] = [person_json(asked.state, asked.state.person(i)) for i in ids]
    return answer(page)


def audits(asked: Asked) -> Response:
    included(asked, frozenset({"users"}))
    ticket = asked.state.live_ticket(asked.id)
    listed = ticket.audits[::-1] if _newest_first(asked) else ticket.audits
    return answer(page_of(asked, "audits", listed, lambda audit: audit_json(asked.state, audit)))


def _newest_first(asked: Asked) -> bool:
    return asked.one("sort_order") == "desc" or asked.one("sort").startswith("-")


def show_tags(asked: Asked) -> Response:
    return answer({"tags": asked.state.live_ticket(asked.id).tags})


def add_tags(asked: Asked) -> Response:
    return _retag(asked, lambda before, given: before | given, 200)


def set_tags(asked: Asked) -> Response:
    return _retag(asked, lambda _before, given: given, 201)


def remove_tags(asked: Asked) -> Response:
    return _retag(asked, lambda before, given: before - given, 200)


def _retag(asked: Asked, combine: Callable[[set[str], set[str]], set[str]], status: int) -> Response:
    ticket = asked.state.live_ticket(asked.id)
    asked.http.answer_headers.update(asked.limits.update(asked.state.clock.now(), asked.user.id, ticket.id))
    given = asked.body()
    unknown = given.keys() - {"tags", "safe_update", "updated_stamp"}
    if unknown:
        raise unknown_keys("tags", unknown)
    refuse_closed(ticket)
    check_stamp(ticket, given)
    tags = combine(set(ticket.tags), set(tag_list(given.get("tags"))))
    update_ticket(asked.state, ticket, {"tags": sorted(tags)}, actor=asked.user)
    return answer({"tags": ticket.tags}, status)


def spam(asked: Asked) -> Response:
    ticket = asked.state.live_ticket(asked.id)
    mark_as_spam(asked.state, ticket, actor=asked.user)
    return answer({})


def delete(asked: Asked) -> Response:
    ticket = asked.state.live_ticket(asked.id)
    asked.state.delete(ticket, actor_id=asked.user.id)
    return answer(None, 204)
