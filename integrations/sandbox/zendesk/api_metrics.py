"""The export of metric events over HTTP: when tickets were created, answered in public by the staff, and solved."""

from collections.abc import Iterator
from datetime import datetime

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.api_reading import HIDDEN
from integrations.sandbox.zendesk.checks import CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Comment, Ticket
from integrations.sandbox.zendesk.refusals import bad_request, invalid
from integrations.sandbox.zendesk.state import State

MOST_EVENTS = 1000
METRICS = ("agent_work_time", "requester_wait_time", "reply_time")


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/incremental/ticket_metric_events", export, query=frozenset({"start_time"}))


def export(request: CheckedRequest) -> Json:
    """From a time on, the last minute left out. The last event of a page comes again with the next one."""
    state, start = request.state, request.one("start_time")
    now = state.clock.now()
    request.http.answer_headers.update(request.limits.incremental(now))
    if not start.isdecimal():
        raise bad_request("InvalidValue", "start_time (seconds since 1970) is needed")
    seen = int((now - HIDDEN).timestamp())
    if int(start) > seen:
        raise invalid("start_time", "Too recent start_time. Use a start_time older than 60 seconds")
    events = [one for ticket in state.tickets.values() for one in _events_of(state, ticket)]
    events = sorted((one for one in events if int(start) <= _second(one) <= seen), key=_second)[:MOST_EVENTS]
    end = _second(events[-1]) if events else int(start)
    following = f"{state.url}/api/v2/incremental/ticket_metric_events.json?start_time={end}"
    return {"ticket_metric_events": events, "count": len(events), "next_page": following, "end_time": end}


def _second(event: Json) -> int:
    return int(datetime.fromisoformat(event["time"]).timestamp())


def _events_of(state: State, ticket: Ticket) -> Iterator[Json]:
    def event(number: int, metric: str, kind: str, at: str) -> Json:
        shown = {"ticket_id": ticket.id, "metric": metric, "instance_id": 1, "type": kind, "time": at}
        return {"id": ticket.id * 100 + number, **shown} | ({"deleted": True} if ticket.is_deleted else {})

    for number, metric in enumerate(METRICS):
        yield event(number, metric, "activate", ticket.created_at)
    if answered := _first_answer(state, ticket):
        yield event(10, "reply_time", "fulfill", answered)
    solved = [audit.created_at for audit in ticket.audits if any(_is_end(one) for one in audit.events)]
    for number, at in enumerate(solved[:1]):
        yield event(20 + number, "requester_wait_time", "fulfill", at)


def _first_answer(state: State, ticket: Ticket) -> str | None:
    """Of one of the staff, in public; what opened the ticket answers nothing."""
    answers = (one for one in ticket.comments[1:] if one.public and state.person(one.author_id).is_staff)
    return next((one.created_at for one in answers), None)


def _is_end(event: Json | Comment) -> bool:
    if isinstance(event, Comment):
        return False
    return event.get("field_name") == "status" and event.get("value") in {"solved", "closed"}
