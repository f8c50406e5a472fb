"""Reading in bulk over HTTP: the incremental export and the search, each with the lag that the real ones have."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from integrations.sandbox.api import Json
from integrations.sandbox.cursors import read_cursor, write_cursor
from integrations.sandbox.zendesk.api_tickets import included, side_loaded
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import bad_request, invalid
from integrations.sandbox.zendesk.serializers import ticket_json

HIDDEN = timedelta(minutes=1)
MOST_EXPORTED = 1000
MOST_FOUND = 1000
STATUS_ORDER = ("new", "open", "pending", "hold", "solved", "closed")
_TERM = re.compile(r'(?:(\w+)(<=|>=|:|<|>))?(?:"([^"]*)"|(\S+))')


def add_routes(checks: RequestChecks) -> None:
    parameters = frozenset({"start_time", "cursor", "per_page", "include", "exclude_deleted"})
    checks.add_route("GET", "/incremental/tickets/cursor", export, query=parameters)
    checks.add_route("GET", "/search", search, query=PAGING | {"query", "include"})


def export(request: CheckedRequest) -> Json:
    """Tickets by the time of their last change, the last minute left out; deleted ones too."""
    now = request.state.clock.now()
    request.http.answer_headers.update(request.limits.incremental(now))
    names = included(request)
    after = _export_place(request)
    size = request.one("per_page") or str(MOST_EXPORTED)
    if not size.isdecimal() or not 1 <= int(size) <= MOST_EXPORTED:
        raise bad_request("InvalidValue", f"per_page must be 1 to {MOST_EXPORTED}")
    seen = (now - HIDDEN).timestamp()
    changed = [
        ticket for ticket in request.state.tickets.values() if after < _place(ticket) and _place(ticket)[0] <= seen
    ]
    if request.one("exclude_deleted") == "true":
        changed = [ticket for ticket in changed if not ticket.is_deleted]
    changed.sort(key=_place)
    rows = changed[: int(size)]
    last = _place(rows[-1]) if rows else after
    cursor = write_cursor(*last)
    following = f"{request.state.url}/api/v2/incremental/tickets/cursor.json?{urlencode({'cursor': cursor})}"
    shown = {
        "tickets": [ticket_json(request.state, ticket) for ticket in rows],
        "after_url": following,
        "after_cursor": cursor,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": len(rows) == len(changed),
    }
    return shown | side_loaded(request.state, rows, names)


def _place(ticket: Ticket) -> tuple[float, int]:
    return ticket.changed_at.timestamp(), ticket.id


def _export_place(request: CheckedRequest) -> tuple[float, int]:
    cursor, start = request.one("cursor"), request.one("start_time")
    if cursor:
        try:
            moment, ticket_id = read_cursor(cursor)
            return float(moment), int(ticket_id)
        except (ValueError, TypeError) as error:
            raise bad_request("InvalidCursor", "cursor is not one of this export") from error
    if not start.isdecimal():
        raise bad_request("InvalidValue", "start_time (seconds since 1970) or cursor is needed")
    if int(start) > (request.state.clock.now() - HIDDEN).timestamp():
        raise invalid("start_time", "Too recent start_time. Use a start_time older than 60 seconds")
    return float(start), 0


def search(request: CheckedRequest) -> Json:
    """`type:ticket status<solved tags:a word "two words"`. What changed lately is not found yet."""
    included(request, frozenset({"users"}))
    number = request.one("page") or "1"
    if number.isdecimal() and int(number) * 100 > MOST_FOUND:
        raise invalid("page", f"Search results are limited to {MOST_FOUND}")
    lag = timedelta(seconds=request.limits.search_lag_seconds)
    seen = request.state.clock.now() - lag
    conditions = [_condition(request, *match.groups()) for match in _TERM.finditer(request.one("query"))]
    found = [
        ticket
        for ticket in request.state.tickets.values()
        if not ticket.is_deleted and ticket.changed_at <= seen and all(holds(ticket) for holds in conditions)
    ]
    if request.one("sort_by") == "updated_at":
        found.sort(key=lambda ticket: ticket.changed_at)
    if request.one("sort_order", "desc") == "desc":
        found.reverse()
    page = page_of(
        request, "results", found, lambda ticket: ticket_json(request.state, ticket) | {"result_type": "ticket"}
    )
    return page | {"facets": None}


def _condition(
    request: CheckedRequest, name: str | None, sign: str | None, quoted: str | None, plain: str | None
) -> Callable[[Ticket], bool]:
    value = (quoted if quoted is not None else plain or "").lower()
    if name is None:
        return lambda ticket: value in f"{ticket.subject} {' '.join(c.body for c in ticket.comments)}".lower()
    readers: dict[str, Callable[[Ticket], str]] = {
        "type": lambda _ticket: "ticket",
        "status": lambda ticket: ticket.status,
        "created": lambda ticket: ticket.created_at.lower(),
        "updated": lambda ticket: ticket.updated_at.lower(),
        "subject": lambda ticket: ticket.subject.lower(),
        "external_id": lambda ticket: (ticket.external_id or "").lower(),
        "priority": lambda ticket: ticket.priority or "",
        "requester": lambda ticket: (request.state.person(ticket.requester_id).email or "").lower(),
    }
    if name in {"tags", "tag"}:
        return lambda ticket: value in ticket.tags
    if name not in readers:
        raise bad_request("SandboxUnknownKeyword", f"the sandbox's search does not know {name}")
    read = readers[name]
    if sign == ":":
        return lambda ticket: read(ticket) == value
    return lambda ticket: _compares(name, read(ticket), sign or ":", value)


def _compares(name: str, have: str, sign: str, value: str) -> bool:
    left, right = (_rank(have), _rank(value)) if name == "status" else (have, value)
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]


def _rank(status: str) -> str:
    return f"{STATUS_ORDER.index(status) if status in STATUS_ORDER else 9}"
