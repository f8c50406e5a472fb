"""What hangs on an issue, over HTTP: notes, links, emoji, journals."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.gitlab.checks import PAGING, Asked, Door
from integrations.sandbox.gitlab.models import MAINTAINER, Note, QuickAction
from integrations.sandbox.gitlab.mutations import award, edit_note, link, write_note
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import bad_value, forbidden, not_found
from integrations.sandbox.gitlab.serializers import award_json, issue_json, journal_json, note_json

NOTE_LIMIT = 1_000_000
LINK_TYPES = ("relates_to", "blocks", "is_blocked_by")


def add_routes(door: Door) -> None:
    issue = "/projects/{project}/issues/{iid:int}"
    door.opens("GET", f"{issue}/notes", list_notes, known=PAGING | {"activity_filter"})
    door.opens("POST", f"{issue}/notes", create_note, known=frozenset({"body", "internal", "confidential"}))
    door.opens("GET", f"{issue}/notes/{{note:int}}", show_note)
    door.opens("PUT", f"{issue}/notes/{{note:int}}", update_note, known=frozenset({"body"}))
    door.opens("GET", f"{issue}/links", list_links)
    door.opens(
        "POST", f"{issue}/links", create_link, known=frozenset({"target_project_id", "target_issue_iid", "link_type"})
    )
    door.opens("GET", f"{issue}/award_emoji", list_awards, known=PAGING)
    door.opens("POST", f"{issue}/award_emoji", create_award, known=frozenset({"name"}))
    door.opens("GET", f"{issue}/resource_state_events", list_states, known=PAGING)
    door.opens("GET", f"{issue}/resource_label_events", list_label_changes, known=PAGING)


def list_notes(asked: Asked) -> Response:
    """Newest first, and system notes among them, unless asked otherwise."""
    kind = asked.one_of("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    order = asked.one_of("order_by", ("created_at", "updated_at"), "created_at")
    down = asked.one_of("sort", ("asc", "desc"), "desc") == "desc"
    notes = [n for n in asked.issue.notes if kind == "all_notes" or n.system == (kind == "only_activity")]
    if not asked.project.member:
        notes = [note for note in notes if not note.internal]
    notes.sort(key=lambda note: (getattr(note, order), note.id), reverse=down)
    return paged(
        asked,
        notes,
        lambda note: note_json(asked.state, asked.issue, note),
        lambda note: (getattr(note, order).timestamp(), note.id),
    )


def create_note(asked: Asked) -> Response:
    """201 with the note; 202 without one when there was nothing but quick actions in it."""
    issue, body = asked.issue, _body(asked)
    internal = asked.flag("internal") if "internal" in asked.given else asked.flag("confidential")
    if internal and not asked.project.member:
        raise forbidden()
    asked.limits.note(asked.state.now())
    known = len(issue.quick_actions)
    note = write_note(asked.state, issue, body, asked.actor_id, internal=bool(internal))
    return _written(asked, note, issue.quick_actions[known:], 201)


def update_note(asked: Asked) -> Response:
    """200 with the note; 202 and the note is gone when nothing but quick actions is left of it."""
    issue, note, body = asked.issue, _note(asked), _body(asked)
    if note.author_id != asked.actor_id and asked.project.members.get(asked.actor_id, 0) < MAINTAINER:
        raise forbidden()
    known = len(issue.quick_actions)
    remains = edit_note(asked.state, issue, note, body, asked.actor_id)
    return _written(asked, note if remains else None, issue.quick_actions[known:], 200)


def _body(asked: Asked) -> str:
    if "body" not in asked.given:
        raise bad_value("body is missing")
    body = asked.text("body")
    if not body.strip():
        raise bad_value("body is empty")
    if len(body) > NOTE_LIMIT:
        raise Refused(400, {"message": {"note": ["is too long (maximum is 1000000 characters)"]}}, "invalid_note")
    return body


def _written(asked: Asked, note: Note | None, done: Sequence[QuickAction], status: int) -> Response:
    changes = {action.command: action.argument or True for action in done}
    if note is None:
        summary = [f"Executed /{action.command} {action.argument}".strip() for action in done]
        return answer({"commands_changes": changes, "summary": summary}, 202)
    return answer(note_json(asked.state, asked.issue, note) | {"commands_changes": changes}, status)


def show_note(asked: Asked) -> Response:
    return answer(note_json(asked.state, asked.issue, _note(asked)))


def _note(asked: Asked) -> Note:
    for note in asked.issue.notes:
        if note.id == asked.http.at["note"] and (asked.project.member or not note.internal):
            return note
    raise not_found("Note")


def list_links(asked: Asked) -> Response:
    linked = [asked.state.issues[i] for i in asked.issue.linked_ids]
    visible = [other for other in linked if asked.state.project_of(other).readable]
    return answer([issue_json(asked.state, other) | {"link_type": "relates_to"} for other in visible])


def create_link(asked: Asked) -> Response:
    issue = asked.issue
    for name in ("target_project_id", "target_issue_iid"):
        if not asked.text(name):
            raise bad_value(f"{name} is missing")
    kind = asked.one_of("link_type", LINK_TYPES, "relates_to")
    if kind != "relates_to":
        raise Refused(403, {"message": "Blocked issues not available for current license"}, "not_licensed")
    project = asked.state.readable_project(asked.text("target_project_id"))
    other = asked.state.readable_issue(project, asked.text("target_issue_iid"))
    if other.id in issue.linked_ids or other is issue:
        raise Refused(409, {"message": "Issue(s) already assigned"}, "already_linked")
    link(asked.state, issue, other)
    pair = {"source_issue": issue_json(asked.state, issue), "target_issue": issue_json(asked.state, other)}
    return answer(pair | {"link_type": kind}, 201)


def list_awards(asked: Asked) -> Response:
    return paged(
        asked, asked.issue.awards, lambda given: award_json(asked.state, asked.issue, given), lambda given: (given.id,)
    )


def create_award(asked: Asked) -> Response:
    if not asked.text("name"):
        raise bad_value("name is missing")
    given = award(asked.state, asked.issue, asked.text("name"), asked.actor_id)
    if given is None:
        raise not_found("Award Emoji Name has already been taken")
    return answer(award_json(asked.state, asked.issue, given), 201)


def list_states(asked: Asked) -> Response:
    entries = [entry for entry in asked.issue.journal if entry.state]
    return paged(asked, entries, lambda entry: journal_json(asked.state, asked.issue, entry), lambda entry: (entry.id,))


def list_label_changes(asked: Asked) -> Response:
    entries = [entry for entry in asked.issue.journal if entry.label]
    return paged(asked, entries, lambda entry: journal_json(asked.state, asked.issue, entry), lambda entry: (entry.id,))
