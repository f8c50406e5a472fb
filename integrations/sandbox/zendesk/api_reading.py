"""The incremental export over HTTP, which hides the last minute as the real one does."""

from datetime import timedelta
from urllib.parse import urlencode

from integrations.sandbox.api import Json
from integrations.sandbox.cursors import read_cursor, write_cursor
from integrations.sandbox.zendesk.api_tickets import included, side_loaded
from integrations.sandbox.zendesk.checks import CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.refusals import bad_request, invalid
from integrations.sandbox.zendesk.serializers import ticket_json

HIDDEN = timedelta(minutes=1)
MOST_EXPORTED = 1000


def add_routes(checks: RequestChecks) -> None:
    parameters = frozenset({"start_time", "cursor", "per_page", "include"})
    checks.add_route("GET", "/incremental/tickets/cursor", export, query=parameters)


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
