"""What a call to another service was for, as people say it: `GitLab: opened issue group/project#12`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from app.desk.filters import service as named
from app.records.calls import MadeCall
from app.records.links import Link

Verb = tuple[str, str]
"""What was done, and what was tried."""
READ: Verb = ("read", "read")
CHANGED: Verb = ("changed", "change")

_ISSUE = "issue {project}#{issue}"
_PATHS: Mapping[str, Sequence[tuple[str, str, Verb, str]]] = {
    "gitlab": (
        ("POST", "/projects/{project}/issues", ("opened", "open"), "{opened}"),
        ("GET", "/projects/{project}/issues", ("searched", "search"), "the issues of {project}"),
        ("GET", "/projects/{project}/issues/{issue}", READ, _ISSUE),
        ("PUT", "/projects/{project}/issues/{issue}", CHANGED, _ISSUE),
        ("GET", "/projects/{project}/issues/{issue}/notes", READ, f"the comments of {_ISSUE}"),
        ("POST", "/projects/{project}/issues/{issue}/notes", ("commented on", "comment on"), _ISSUE),
        ("POST", "/projects/{project}/issues/{issue}/award_emoji", ("gave", "give"), f"a thumbs up to {_ISSUE}"),
        ("GET", "/projects/{project}/issues/{issue}/closed_by", READ, f"what closed {_ISSUE}"),
        ("GET", "/projects/{project}/issues/{issue}/resource_state_events", READ, f"the history of {_ISSUE}"),
        ("GET", "/projects/{project}/labels", READ, "the labels of {project}"),
        ("GET", "/projects/{project}", READ, "{the_project}"),
        ("POST", "/graphql", ("looked up", "look up"), "where an issue was moved"),
    ),
    "zendesk": (
        ("GET", "/tickets/{ticket}", READ, "{ticket}"),
        ("PUT", "/tickets/{ticket}", ("updated", "update"), "{ticket}"),
        ("PUT", "/tickets/{ticket}/mark_as_spam", ("marked", "mark"), "{ticket} as spam"),
        ("GET", "/tickets/{ticket}/audits", READ, "the history of {ticket}"),
        ("GET", "/tickets/{ticket}/comments", READ, "the comments of {ticket}"),
        ("GET", "/tickets/show_many", READ, "several tickets"),
        ("GET", "/tickets", ("looked for", "look for"), "a ticket"),
        ("POST", "/tickets", ("created", "create"), "a ticket"),
        ("PUT", "/tickets/update_many", ("updated", "update"), "several tickets at once"),
        ("GET", "/job_statuses/{job}", READ, "the state of a bulk update"),
        ("GET", "/groups", READ, "the groups"),
        ("GET", "/users/search", ("looked up", "look up"), "a person"),
        ("GET", "/users/{person}", READ, "who a person is"),
        ("POST", "/users/create_or_update", ("saved", "save"), "who a person is"),
    ),
    "chat": (("POST", "", ("sent", "send"), "a message"), ("GET", "", READ, "the channel")),
    "sentry": (("GET", "", ("looked up", "look up"), "an error"),),
    "llm": (("POST", "", ("asked", "ask"), "about the text"),),
}
_API = re.compile(r"/api/v\d+|/api(?=/graphql)")


def call_in_words(call: MadeCall, ticket_id: int, links: Sequence[Link]) -> str:
    """`links`: of the ticket; they tell the names of projects, and which issue was opened."""
    known = next(filter(None, (_fitting(call, *entry) for entry in _COMPILED.get(call.service, ()))), None)
    said = request_of(call)
    if known is not None:
        (done, tried), what, names = known
        words = what.format(**_spoken(names, ticket_id, links, went_well=went_well(call)))
        said = f"{done} {words}" if went_well(call) else f"tried to {tried} {words}"
    by = named(call.service)
    return f"{by[:1].upper()}{by[1:]}: {said}"


def went_well(call: MadeCall) -> bool:
    return call.status is not None and call.status < 400


def request_of(call: MadeCall) -> str:
    """Method and path, decoded."""
    return unquote(call.what)


Names = dict[str, str]
_Path = tuple[str, re.Pattern[str], Verb, str]


def _compiled(method: str, path: str, verb: Verb, what: str) -> _Path:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return method, re.compile(rf"{pattern}(?:\.json)?"), verb, what


_COMPILED = {name: [_compiled(*entry) for entry in entries] for name, entries in _PATHS.items()}


def _fitting(
    call: MadeCall, method: str, path: re.Pattern[str], verb: Verb, what: str
) -> tuple[Verb, str, Names] | None:
    asked, _, full = call.what.partition(" ")
    found = path.fullmatch(_API.sub("", full, count=1)) if asked == method else None
    return (verb, what, found.groupdict()) if found else None


def _spoken(names: Names, ticket_id: int, links: Sequence[Link], *, went_well: bool) -> Names:
    spoken = {name: unquote(value).removesuffix(".json") for name, value in names.items()}
    if "ticket" in spoken:
        spoken["ticket"] = "the ticket" if spoken["ticket"] == str(ticket_id) else f"ticket {spoken['ticket']}"
    if "project" in spoken:
        number = spoken["project"]
        paths = {str(link.project_id): link.project for link in links}
        path = paths.get(number, "" if number.isdecimal() else number)
        spoken["project"] = project = path or f"project {number}"
        spoken["the_project"] = f"project {path or number}"
        opened = [link for link in links if link.project == project and link.how == "opened" and link.iid is not None]
        is_told = went_well and len(opened) == 1
        spoken["opened"] = f"issue {project}#{opened[0].iid}" if is_told else f"an issue in {project}"
    return spoken
