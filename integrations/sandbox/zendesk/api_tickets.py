"""Single tickets over HTTP: read, update, create, comments, audits, spam."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integrations.sandbox.api import Json, Refused, Result, answer
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import WARNING, bad_request, warning
from integrations.sandbox.zendesk.serializers import (
    audit_json,
    comment_json,
    group_json,
    organization_json,
    person_json,
    ticket_json,
)
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.updates import create_ticket, update_ticket

INCLUDES = frozenset({"users", "organizations", "groups"})
IDEMPOTENCY_LIFETIME = timedelta(hours=2)
MOST_AT_ONCE = 100


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/tickets/{id:int}", show, query={"include"})
    checks.add_route("PUT", "/tickets/{id:int}", update)
    checks.add_route("GET", "/tickets/{id:int}/comments", comments, query=PAGING | {"include", "include_inline_images"})
    checks.add_route("GET", "/tickets/{id:int}/audits", audits, query=PAGING | {"include"})
    checks.add_route("PUT", "/tickets/{id:int}/mark_as_spam", mark_as_spam)
    checks.add_route("POST", "/tickets", create)
    checks.add_route("GET", "/tickets", by_external_id, query=PAGING | {"external_id"})
    checks.add_route("GET", "/tickets/show_many", show_many, query={"ids"})


def included(request: CheckedRequest, known: frozenset[str] = INCLUDES) -> set[str]:
    """The wanted side-loads. zenpy sends the word None when it wants none."""
    names = {name for name in request.one("include").split(",") if name not in {"", "None"}}
    if names - known:
        raise bad_request("SandboxUnknownInclude", f"Zendesk would silently ignore include={sorted(names - known)}")
    return names


def side_loaded(state: State, tickets: list[Ticket], names: set[str]) -> Json:
    sources: dict[str, tuple[str, Mapping[int, Any], Callable[[State, Any], Json]]] = {
        "users": ("requester_id submitter_id assignee_id", state.people, person_json),
        "organizations": ("organization_id", state.organizations, organization_json),
        "groups": ("group_id", state.groups, group_json),
    }
    loaded: Json = {}
    for name in names:
        attributes, items, show_item = sources[name]
        ids = {getattr(ticket, attribute) for ticket in tickets for attribute in attributes.split()} - {None}
        loaded[name] = [show_item(state, items[i]) for i in sorted(ids)]
    return loaded


def show(request: CheckedRequest) -> Json:
    names = included(request)
    ticket = request.state.live_ticket(request.id)
    return {"ticket": ticket_json(request.state, ticket)} | side_loaded(request.state, [ticket], names)


def update(request: CheckedRequest) -> Json:
    ticket = request.state.live_ticket(request.id)
    request.http.answer_headers.update(request.limits.update(request.state.clock.now(), request.user.id, ticket.id))
    change = request.wrapped("ticket")
    if "id" in change:  # zenpy always sends it; the real service drops it and warns
        request.http.answer_headers[WARNING] = warning(["ticket.id"])
        if change.pop("id") != ticket.id:
            raise bad_request("SandboxWrongId", "ticket.id in the body is not the id in the path")
    audit = update_ticket(request.state, ticket, change, actor=request.user)
    return {"ticket": ticket_json(request.state, ticket), "audit": audit_json(request.state, audit)}


def create(request: CheckedRequest) -> Result:
    key = request.http.headers.get("idempotency-key")
    now = request.state.clock.now()
    if key and key in request.state.created_by_key:
        body, ticket_id, at = request.state.created_by_key[key]
        if now - at < IDEMPOTENCY_LIFETIME:
            if body != request.http.body:
                raise Refused(400, {"error": "IdempotentRequestError"}, "idempotency_key_reused")
            request.http.answer_headers["x-idempotency-lookup"] = "hit"
            ticket = request.state.ticket(ticket_id)
            first = audit_json(request.state, ticket.audits[0])
            return answer({"ticket": ticket_json(request.state, ticket), "audit": first}, 201)
    ticket, audit = create_ticket(request.state, request.wrapped("ticket"), actor=request.user)
    if key:
        request.state.created_by_key[key] = (request.http.body, ticket.id, now)
        request.http.answer_headers["x-idempotency-lookup"] = "miss"
    return answer({"ticket": ticket_json(request.state, ticket), "audit": audit_json(request.state, audit)}, 201)


def show_many(request: CheckedRequest) -> Json:
    """At most 100; those that are gone are left out."""
    ids = request.one("ids").split(",")
    if len(ids) > MOST_AT_ONCE or not all(one.isdecimal() for one in ids):
        raise bad_request("SandboxBadIds", "at most 100 ids, with commas")
    state = request.state
    found = [state.tickets[int(one)] for one in ids if int(one) in state.tickets]
    return {"tickets": [ticket_json(state, one) for one in found if not one.is_deleted]}


def by_external_id(request: CheckedRequest) -> Json:
    """Read from the database, unlike the search, which lags. Several tickets may have one external id."""
    wanted = request.one("external_id")
    if not wanted:
        raise bad_request("SandboxNoExternalId", "the sandbox lists tickets by external_id only")
    found = [one for one in request.state.tickets.values() if one.external_id == wanted and not one.is_deleted]
    return page_of(request, "tickets", found, lambda ticket: ticket_json(request.state, ticket))


def comments(request: CheckedRequest) -> Json:
    names = included(request, frozenset({"users"}))
    ticket = request.state.live_ticket(request.id)
    listed = ticket.comments[::-1] if _newest_first(request) else ticket.comments
    page = page_of(request, "comments", listed, lambda comment: comment_json(request.state, comment))
    if names:
        ids = sorted({row["author_id"] for row in page["comments"]})
        page["users"] = [person_json(request.state, request.state.person(i)) for i in ids]
    return page


def audits(request: CheckedRequest) -> Json:
    included(request, frozenset())
    ticket = request.state.live_ticket(request.id)
    listed = ticket.audits[::-1] if _newest_first(request) else ticket.audits
    return page_of(request, "audits", listed, lambda audit: audit_json(request.state, audit))


def _newest_first(request: CheckedRequest) -> bool:
    return request.one("sort").startswith("-")


def mark_as_spam(request: CheckedRequest) -> Json:
    """The ticket goes, and its requester is suspended with it."""
    ticket = request.state.live_ticket(request.id)
    requester = request.state.person(ticket.requester_id)
    requester.suspended = not requester.is_staff
    ticket.spam = True
    request.state.delete(ticket, actor_id=request.user.id)
    return {}
