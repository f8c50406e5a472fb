"""An issue's notes and emoji over HTTP."""

from collections.abc import Sequence

from integrations.sandbox.api import Json, Result, answer
from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.models import MAINTAINER, Note, QuickAction
from integrations.sandbox.gitlab.mutations import award, edit_note, write_note
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import bad_value, forbidden, not_found, too_long
from integrations.sandbox.gitlab.serializers import award_json, note_json

NOTE_LIMIT = 1_000_000


def add_routes(checks: RequestChecks) -> None:
    issue = "/projects/{project}/issues/{iid:int}"
    checks.add_route("GET", f"{issue}/notes", list_notes, known=PAGING | {"activity_filter"})
    checks.add_route("POST", f"{issue}/notes", create_note, known={"body", "internal"})
    checks.add_route("GET", f"{issue}/notes/{{note:int}}", show_note)
    checks.add_route("PUT", f"{issue}/notes/{{note:int}}", update_note, known={"body"})
    checks.add_route("POST", f"{issue}/award_emoji", create_award, known={"name"})


def list_notes(request: CheckedRequest) -> list[Json]:
    """Newest first, and system notes among them, unless asked otherwise."""
    comments = request.one_of("activity_filter", ("all_notes", "only_comments"), "all_notes") == "only_comments"
    request.one_of("order_by", ("created_at",), "created_at")
    down = request.one_of("sort", ("asc", "desc"), "desc") == "desc"
    notes = [note for note in _seen(request) if not (comments and note.system)]
    notes.sort(key=by_age, reverse=down)
    return paged(request, notes, lambda note: note_json(request.state, request.issue, note), by_age)


def by_age(note: Note) -> tuple[float, int]:
    return note.created_at.timestamp(), note.id


def _seen(request: CheckedRequest) -> list[Note]:
    return [note for note in request.issue.notes if request.project.member or not note.internal]


def create_note(request: CheckedRequest) -> Result:
    """201 with the note; 202 without one when there was nothing but quick actions in it."""
    issue, body = request.issue, _body(request)
    internal = request.flag("internal")
    if internal and not request.project.member:
        raise forbidden()
    request.limits.note(request.state.now())
    known = len(issue.quick_actions)
    note = write_note(request.state, issue, body, request.actor_id, internal=internal)
    return _written(request, note, issue.quick_actions[known:], 201)


def update_note(request: CheckedRequest) -> Result:
    """200 with the note; 202 and the note is gone when nothing but quick actions is left of it."""
    issue, note, body = request.issue, _note(request), _body(request)
    if note.author_id != request.actor_id and request.access_level < MAINTAINER:
        raise forbidden()
    known = len(issue.quick_actions)
    remains = edit_note(request.state, issue, note, body, request.actor_id)
    return _written(request, note if remains else None, issue.quick_actions[known:], 200)


def _body(request: CheckedRequest) -> str:
    body = request.needed("body")
    if not body.strip():
        raise bad_value("body is empty")
    if len(body) > NOTE_LIMIT:
        raise too_long("note", NOTE_LIMIT)
    return body


def _written(request: CheckedRequest, note: Note | None, done: Sequence[QuickAction], status: int) -> Result:
    changes = {action.command: action.argument or True for action in done}
    if note is None:
        summary = [f"Executed /{action.command} {action.argument}".strip() for action in done]
        return answer({"commands_changes": changes, "summary": summary}, 202)
    return answer(note_json(request.state, request.issue, note) | {"commands_changes": changes}, status)


def show_note(request: CheckedRequest) -> Json:
    return note_json(request.state, request.issue, _note(request))


def _note(request: CheckedRequest) -> Note:
    for note in _seen(request):
        if note.id == request.http.at["note"]:
            return note
    raise not_found("Note")


def create_award(request: CheckedRequest) -> Result:
    given = award(request.state, request.issue, request.needed("name"), request.actor_id)
    if given is None:
        raise not_found("Award Emoji Name has already been taken")
    return answer(award_json(request.state, request.issue, given), 201)
