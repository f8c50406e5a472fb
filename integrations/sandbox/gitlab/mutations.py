"""What can happen to an issue, by the API, a quick action or a person: each change leaves its traces and events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.sandbox.api import Json, picked
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.mentions import effects, effects_of_title
from integrations.sandbox.gitlab.models import Award, Issue, Note, Project, QuickAction
from integrations.sandbox.gitlab.quick_actions import extract
from integrations.sandbox.gitlab.state import State

ALIASES = {"labels": "label", "remove_label": "unlabel"}


def open_issue(
    state: State,
    project: Project,
    *,
    title: str,
    description: str,
    author_id: int,
    labels: Sequence[str] = (),
    **attributes: Any,
) -> Issue:
    """A new issue; quick actions in its description are executed and cut out. attributes: those of `Issue`."""
    stored, actions = extract(description)
    issue = state.new_issue(
        project, title=title, description=stored, author_id=author_id, quick_actions=list(actions), **attributes
    )
    _note_text_effects(state, issue)
    _set_labels(state, issue, labels)
    state.record("issue", "open", issue, author_id)
    execute(state, issue, actions, author_id)
    return issue


def change_issue(state: State, issue: Issue, changes: Mapping[str, Any], actor_id: int) -> None:
    """Set attributes: title, description, labels (all of them), confidential, milestone, state (opened, closed). One
    event for the state and one for the rest, as GitLab sends two."""
    before = {name: getattr(issue, name) for name in changes}
    actions: list[QuickAction] = []
    for name, value in changes.items():
        if name == "description":
            issue.description, actions = extract(value)
            issue.quick_actions += actions
        elif name == "labels":
            _set_labels(state, issue, value)
        elif name == "state":
            _set_state(state, issue, value, actor_id)
        else:
            setattr(issue, name, value)
    changed = {name: was for name, was in before.items() if getattr(issue, name) != was}
    if changed:
        state.touch(issue)
    if changed.keys() & {"title", "description"}:
        _note_text_effects(state, issue)
        state.reindex(issue)
    if changed.pop("state", None):
        action = "close" if issue.state == "closed" else "reopen"
        state.record("issue", action, issue, actor_id, _state_changes(state, issue))
    if changed:
        rest = {name: {"previous": was, "current": getattr(issue, name)} for name, was in changed.items()}
        state.record("issue", "update", issue, actor_id, rest)
    execute(state, issue, actions, actor_id)


def write_note(state: State, issue: Issue, body: str, author_id: int, *, internal: bool = False) -> Note | None:
    """A comment; None when nothing but quick actions was in it."""
    stored, actions = extract(body)
    note = None
    if stored.strip():
        note = state.new_note(issue, stored, author_id, internal=internal, quick_actions=list(actions))
        note.effects = effects(stored, state.url)
        state.touch(issue)
        state.record("note", "create", issue, author_id, note=note)
    issue.quick_actions += actions
    execute(state, issue, actions, author_id)
    return note


def edit_note(state: State, issue: Issue, note: Note, body: str, actor_id: int) -> bool:
    """Whether there still is a note: one that becomes nothing but quick actions is deleted. As lib/api/notes.rb and
    app/services/notes/update_service.rb do it; what GitLab itself wrote stays as it is, without a word."""
    if note.system:
        return True
    stored, actions = extract(body)
    issue.quick_actions += actions
    if stored.strip():
        note.quick_actions += actions
        if stored != note.body:
            note.body, note.updated_at, note.effects = stored, state.now(), effects(stored, state.url)
            state.touch(issue)
            state.record("note", "update", issue, note.author_id, note=note)
    else:
        issue.notes.remove(note)
    execute(state, issue, actions, actor_id)
    return bool(stored.strip())


def award(state: State, issue: Issue, name: str, user_id: int) -> Award | None:
    """None when this person has already given it."""
    if any(given.name == name and given.user_id == user_id for given in issue.awards):
        return None
    given = Award(state.new_id(), name, user_id, state.now())
    issue.awards.append(given)
    state.project_of(issue).version += 1
    state.record("emoji", "award", issue, user_id, emoji=name)
    return given


def link(state: State, one: Issue, other: Issue) -> None:
    """Related issues, seen from both."""
    if other.id not in one.linked_ids:
        one.linked_ids.append(other.id)
        other.linked_ids.append(one.id)
        state.touch(one)


def mark_duplicate(state: State, issue: Issue, of: Issue, actor_id: int) -> None:
    link(state, issue, of)
    issue.duplicated_to_id = of.id
    _close(state, issue, actor_id, f"marked this issue as a duplicate of {state.reference(of)}", "duplicated_to_id")


def move_issue(state: State, issue: Issue, target: Project, actor_id: int) -> Issue:
    """A copy in the other project; the original is closed and points to it."""
    kept = picked(issue, "title description author_id labels confidential issue_type")
    copy = open_issue(state, target, **kept)
    copy.notes = [replace(note, id=state.new_id()) for note in issue.notes]
    issue.moved_to_id = copy.id
    _close(state, issue, actor_id, f"moved to {state.reference(copy)}", "moved_to_id")
    return copy


def execute(state: State, issue: Issue, actions: Iterable[QuickAction], actor_id: int) -> None:
    """Execute quick actions with the rights of whoever wrote the text. Those without an effect are only recorded."""
    for action in actions:
        if changes := _changes_by(issue, action):
            change_issue(state, issue, changes, actor_id)


def _changes_by(issue: Issue, action: QuickAction) -> dict[str, Any]:
    argument = action.argument
    labels = [name.strip('~" ') for name in argument.split("~") if name.strip('~" ')]
    changes: dict[str, dict[str, Any]] = {
        "close": {"state": "closed"},
        "reopen": {"state": "opened"},
        "confidential": {"confidential": True},
        "title": {"title": argument[:255]} if argument else {},
        "label": {"labels": [*issue.labels, *labels]},
        "relabel": {"labels": labels},
        "unlabel": {"labels": [name for name in issue.labels if labels and name not in labels]},
        "milestone": {"milestone": argument.strip('% "')},
        "remove_milestone": {"milestone": None},
    }
    return changes.get(ALIASES.get(action.command, action.command), {})


def _note_text_effects(state: State, issue: Issue) -> None:
    issue.effects = (effects_of_title(issue.title, state.url), effects(issue.description, state.url))


def _set_labels(state: State, issue: Issue, names: Sequence[str]) -> None:
    after = sorted({name.strip() for name in names if name.strip()})
    for name in after:
        state.label(state.project_of(issue), name)
    issue.labels = after


def _set_state(state: State, issue: Issue, after: str, actor_id: int) -> None:
    if issue.state == after:
        return
    issue.state = after
    closed = after == "closed"
    issue.closed_at = state.now() if closed else None
    issue.closed_by_id = actor_id if closed else None
    if not closed:
        issue.moved_to_id = issue.duplicated_to_id = issue.merged_iid = None
        issue.commit = ""
    state.new_note(issue, "closed" if closed else "reopened", actor_id, system=True)


def _close(state: State, issue: Issue, actor_id: int, note: str, pointer: str) -> None:
    """Close an issue that points to another one; `pointer` is the attribute that does so."""
    state.new_note(issue, note, actor_id, system=True)
    was_open = issue.state == "opened"
    _set_state(state, issue, "closed", actor_id)
    state.touch(issue)
    changes = {pointer: {"previous": None, "current": getattr(issue, pointer)}}
    if was_open:
        changes |= _state_changes(state, issue)
    state.record("issue", "close" if was_open else "update", issue, actor_id, changes)


def _state_changes(state: State, issue: Issue) -> Json:
    closed = issue.state == "closed"
    at = milli_stamp(issue.closed_at or state.now())
    return {
        "state_id": {"previous": 1 if closed else 2, "current": 2 if closed else 1},
        "closed_at": {"previous": None if closed else at, "current": at if closed else None},
    }
