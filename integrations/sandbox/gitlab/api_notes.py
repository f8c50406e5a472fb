"""What hangs on an issue, over HTTP: notes, links, emoji, journals."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.models import MAINTAINER, Note, QuickAction
from integrations.sandbox.gitlab.mutations import award, edit_note, link, write_note
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import bad_value, forbidden, not_found
from integrations.sandbox.gitlab.serializers import award_json, issue_json, journal_json, note_json

NOTE_LIMIT = 1_000_000
LINK_TYPES = ("relates_to", "blocks", "is_blocked_by")


def add_routes(checks: RequestChecks) -> None:
    issue = "/projects/{project}/issues/{iid:int}"
    checks.add_route("GET", f"{issue}/notes", list_notes, known=PAGING | {"activity_filter"})
    checks.add_route("POST", f"{issue}/notes", create_note, known=frozenset({"body", "internal", "confidential"}))
    checks.add_route("GET", f"{issue}/notes/{{note:int}}", show_note)
    checks.add_route("PUT", f"{issue}/notes/{{note:int}}", update_note, known=frozenset({"body"}))
    checks.add_route("GET", f"{issue}/links", list_links)
    checks.add_route(
        "POST", f"{issue}/links", create_link, known=frozenset({"target_project_id", "target_issue_iid", "link_type"})
    )
    checks.add_route("GET", f"{issue}/award_emoji", list_awards, known=PAGING)
    checks.add_route("POST", f"{issue}/award_emoji", create_award, known=frozenset({"name"}))
    checks.add_route("GET", f"{issue}/resource_state_events", list_states, known=PAGING)
    checks.add_route("GET", f"{issue}/resource_label_events", list_label_changes, known=PAGING)


def list_notes(request: CheckedRequest) -> Response:
    """Newest first, and system notes among them, unless asked otherwise."""
    kind = request.one_of("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    order = request.one_of("order_by", ("created_at", "updated_at"), "created_at")
    down = request.one_of("sort", ("asc", "desc"), "desc") == "desc"
    notes = [n for n in request.issue.notes if kind == "all_notes" or n.system == (kind == "only_activity")]
    if not request.project.member:
        notes = [note for note in notes if not note.internal]
    notes.sort(key=lambda note: (getattr(note, order), note.id), reverse=down)
    return paged(
        request,
        notes,
        lambda note: note_json(request.state, request.issue, note),
        lambda note: (getattr(note, order).timestamp(), note.id),
    )


def create_note(request: CheckedRequest) -> Response:
    """201 with the note; 202 without one when there was nothing but quick actions in it."""
    issue, body = request.issue, _body(request)
    internal = request.flag("internal") if "internal" in request.given else request.flag("confidential")
    if internal and not request.project.member:
        raise forbidden()
    request.limits.note(request.state.now())
    known = len(issue.quick_actions)
    note = write_note(request.state, issue, body, request.actor_id, internal=bool(internal))
    return _written(request, note, issue.quick_actions[known:], 201)


def update_note(request: CheckedRequest) -> Response:
    """200 with the note; 202 and the note is gone when nothing but quick actions is left of it."""
    issue, note, body = request.issue, _note(request), _body(request)
    if note.author_id != request.actor_id and request.project.members.get(request.actor_id, 0) < MAINTAINER:
        raise forbidden()
    known = len(issue.quick_actions)
    remains = edit_note(request.state, issue, note, body, request.actor_id)
    return _written(request, note if remains else None, issue.quick_actions[known:], 200)


def _body(request: CheckedRequest) -> str:
    if "body" not in request.given:
        raise bad_value("body is missing")
    body = request.text("body")
    if not body.strip():
        raise bad_value("body is empty")
    if len(body) > NOTE_LIMIT:
        raise Refused(400, {"message": {"note": ["is too long (maximum is 1000000 characters)"]}}, "invalid_note")
    return body


def _written(request: CheckedRequest, note: Note | None, done: Sequence[QuickAction], status: int) -> Response:
    changes = {action.command: action.argument or True for action in done}
    if note is None:
        summary = [f"Executed /{action.command} {action.argument}".strip() for action in done]
        return answer({"commands_changes": changes, "summary": summary}, 202)
    return answer(note_json(request.state, request.issue, note) | {"commands_changes": changes}, status)


def show_note(request: CheckedRequest) -> Response:
    return answer(note_json(request.state, request.issue, _note(request)))


def _note(request: CheckedRequest) -> Note:
    for note in request.issue.notes:
        if note.id == request.http.at["note"] and (request.project.member or not note.internal):
            return note
    raise not_found("Note")


def list_links(request: CheckedRequest) -> Response:
    linked = [request.state.issues[i] for i in request.issue.linked_ids]
    visible = [other for other in linked if request.state.project_of(other).readable]
    return answer([issue_json(request.state, other) | {"link_type": "relates_to"} for other in visible])


def create_link(request: CheckedRequest) -> Response:
    issue = request.issue
    for name in ("target_project_id", "target_issue_iid"):
        if not request.text(name):
            raise bad_value(f"{name} is missing")
    kind = request.one_of("link_type", LINK_TYPES, "relates_to")
    if kind != "relates_to":
        raise Refused(403, {"message": "Blocked issues not available for current license"}, "not_licensed")
    project = request.state.readable_project(request.text("target_project_id"))
    other = request.state.readable_issue(project, request.text("target_issue_iid"))
    if other.id in issue.linked_ids or other is issue:
        raise Refused(409, {"message": "Issue(s) already assigned"}, "already_linked")
    link(request.state, issue, other)
    pair = {"source_issue": issue_json(request.state, issue), "target_issue": issue_json(request.state, other)}
    return answer(pair | {"link_type": kind}, 201)


def list_awards(request: CheckedRequest) -> Response:
    return paged(
        request,
        request.issue.awards,
        lambda given: award_json(request.state, request.issue, given),
        lambda given: (given.id,),
    )


def create_award(request: CheckedRequest) -> Response:
    if not request.text("name"):
        raise bad_value("name is missing")
    given = award(request.state, request.issue, request.text("name"), request.actor_id)
    if given is None:
        raise not_found("Award Emoji Name has already been taken")
    return answer(award_json(request.state, request.issue, given), 201)


def list_states(request: CheckedRequest) -> Response:
    entries = [entry for entry in request.issue.journal if entry.state]
    return paged(
        request, entries, lambda entry: journal_json(request.state, request.issue, entry), lambda entry: (entry.id,)
    )


def list_label_changes(request: CheckedRequest) -> Response:
    entries = [entry for entry in request.issue.journal if entry.label]
    return paged(
        request, entries, lambda entry: journal_json(request.state, request.issue, entry), lambda entry: (entry.id,)
    )
