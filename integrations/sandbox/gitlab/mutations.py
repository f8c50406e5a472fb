"""What can happen to an issue, by the API, a quick action or a person: each change leaves its traces and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.mentions import effects, effects_of_title, merged
from integrations.sandbox.gitlab.models import Award, Issue, Note, Project, QuickAction
from integrations.sandbox.gitlab.quick_actions import extract
from integrations.sandbox.gitlab.state import State

SHRUG = r"¯\＿(ツ)＿/¯"
TABLEFLIP = "(╯°□°)╯︵ ┻━┻"


def open_issue(
    state: State,
    project: Project,
    *,
    title: str,
    description: str,
    author_id: int,
    labels: Sequence[str] = (),
    confidential: bool = False,
    issue_type: str = "issue",
    milestone: str | None = None,
) -> Issue:
    """A new issue; quick actions in its description are executed and cut out."""
    issue_id, iid = state.next_ids(project)
    now = state.now()
    stored, actions = extract(description)
    issue = Issue(
        id=issue_id,
        iid=iid,
        project_id=project.id,
        title=title,
        description=stored,
        author_id=author_id,
        created_at=now,
        updated_at=now,
        confidential=confidential,
        issue_type=issue_type,
        milestone=milestone,
        quick_actions=list(actions),
    )
    state.admit(project, issue)
    _note_text_effects(state, issue)
    _add_labels(state, issue, labels, author_id)
    state.record_event(state.event("issue", "open", issue, author_id))
    execute(state, issue, actions, author_id)
    return issue


def change_issue(state: State, issue: Issue, wanted: Mapping[str, Any], actor_id: int) -> None:
    """Set attributes: title, description, labels (all of them), confidential, issue_type, milestone, severity, locked,
    assignee_ids, state (opened, closed). One event for the state and one for the rest, as GitLab sends two."""
    before = {name: getattr(issue, name) for name in wanted}
    actions: list[QuickAction] = []
    for name, value in wanted.items():
        if name == "description":
            issue.description, actions = extract(value)
            issue.quick_actions += actions
        elif name == "labels":
            _set_labels(state, issue, value, actor_id)
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
    _record_changes(state, issue, changed, actor_id)
    execute(state, issue, actions, actor_id)


def write_note(state: State, issue: Issue, body: str, author_id: int, *, internal: bool = False) -> Note | None:
    """A comment; None when nothing but quick actions was in it."""
    stored, actions = extract(body)
    for action in actions:
        if action.command in {"shrug", "tableflip"}:
            face = SHRUG if action.command == "shrug" else TABLEFLIP
            stored = f"{stored}\n{action.argument} {face}".strip()
    note = None
    if stored.strip():
        now = state.now()
        note = Note(state.new_id(), stored, author_id, now, now, internal, quick_actions=list(actions))
        note.effects = effects(stored, state.url)
        issue.notes.append(note)
        state.touch(issue)
        event = state.event("note", "create", issue, author_id)
        event.note = note
        state.record_event(event)
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
            event = state.event("note", "update", issue, note.author_id)
            event.note = note
            state.record_event(event)
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
    event = state.event("emoji", "award", issue, user_id)
    event.emoji = name
    state.record_event(event)
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
    state.system_note(issue, f"marked this issue as a duplicate of {_named(state, of)}", actor_id)
    _close(state, issue, actor_id, {"duplicated_to_id": {"previous": None, "current": of.id}})


def move_issue(state: State, issue: Issue, target: Project, actor_id: int) -> Issue:
    """A copy in the other project; the original is closed and points to it."""
    copy = open_issue(
        state,
        target,
        title=issue.title,
        description=issue.description,
        author_id=issue.author_id,
        labels=issue.labels,
        confidential=issue.confidential,
        issue_type=issue.issue_type,
    )
    copy.notes = [replace(note, id=state.new_id()) for note in issue.notes]
    issue.moved_to_id = copy.id
    state.system_note(issue, f"moved to {_named(state, copy)}", actor_id)
    _close(state, issue, actor_id, {"moved_to_id": {"previous": None, "current": copy.id}})
    return copy


def execute(state: State, issue: Issue, actions: Iterable[QuickAction], actor_id: int) -> None:
    """Execute quick actions with the rights of whoever wrote the text. Those without an effect are just recorded."""
    for action in actions:
        wanted = _effect(state, issue, action)
        if wanted:
            change_issue(state, issue, wanted, actor_id)
        elif action.command == "duplicate":
            other = _referenced(state, issue, action.argument)
            if other is not None and other is not issue:
                mark_duplicate(state, issue, other, actor_id)
        elif action.command in {"award", "react"}:
            award(state, issue, action.argument.strip(": "), actor_id)
        elif action.command in {"move", "move_to"}:
            target = state.paths.get(action.argument.strip().lower())
            if target is not None and target.id != issue.project_id:
                move_issue(state, issue, target, actor_id)


def _effect(state: State, issue: Issue, action: QuickAction) -> dict[str, Any]:
    names = [name.strip('~" ') for name in action.argument.split("~") if name.strip('~" ')]
    people = {account.username: account.id for account in state.accounts.values()}
    assignees = [people[name.strip("@,")] for name in action.argument.split() if name.strip("@,") in people]
    effects: dict[str, dict[str, Any]] = {
        "close": {"state": "closed"},
        "reopen": {"state": "opened"},
        "done": {},
        "confidential": {"confidential": True},
        "title": {"title": action.argument[:255]} if action.argument else {},
        "label": {"labels": [*issue.labels, *names]},
        "labels": {"labels": [*issue.labels, *names]},
        "relabel": {"labels": names},
        "unlabel": {"labels": [name for name in issue.labels if names and name not in names]},
        "remove_label": {"labels": [name for name in issue.labels if names and name not in names]},
        "assign": {"assignee_ids": sorted({*issue.assignee_ids, *assignees})} if assignees else {},
        "reassign": {"assignee_ids": assignees},
        "unassign": {"assignee_ids": []},
        "lock": {"locked": True},
        "unlock": {"locked": False},
        "severity": {"severity": action.argument.upper()},
        "milestone": {"milestone": action.argument.strip('% "')},
        "remove_milestone": {"milestone": None},
        "promote_to_incident": {"issue_type": "incident"},
        "type": {"issue_type": action.argument.lower().replace(" ", "_")} if action.argument else {},
    }
    return effects.get(action.command, {})


def _referenced(state: State, issue: Issue, text: str) -> Issue | None:
    path, _hash, iid = text.strip().rpartition("#")
    project = state.paths.get(path.lower()) if path else state.project_of(issue)
    return project.issues.get(int(iid)) if project is not None and iid.isdecimal() else None


def _note_text_effects(state: State, issue: Issue) -> None:
    issue.effects = merged(effects_of_title(issue.title, state.url), effects(issue.description, state.url))


def _add_labels(state: State, issue: Issue, names: Sequence[str], actor_id: int) -> None:
    if names:
        _set_labels(state, issue, [*issue.labels, *names], actor_id)


def _set_labels(state: State, issue: Issue, names: Sequence[str], actor_id: int) -> None:
    project = state.project_of(issue)
    wanted = sorted({name.strip() for name in names if name.strip()})
    for name in wanted:
        state.label(project, name)
    for name in sorted(set(wanted) - set(issue.labels)):
        state.journal(issue, actor_id, action="add", label=name)
    for name in sorted(set(issue.labels) - set(wanted)):
        state.journal(issue, actor_id, action="remove", label=name)
    issue.labels = wanted


def _set_state(state: State, issue: Issue, wanted: str, actor_id: int) -> None:
    if issue.state == wanted:
        return
    issue.state = wanted
    closed = wanted == "closed"
    issue.closed_at = state.now() if closed else None
    issue.closed_by_id = actor_id if closed else None
    if not closed:
        issue.moved_to_id = issue.duplicated_to_id = None
    state.journal(issue, actor_id, state="closed" if closed else "reopened")
    state.system_note(issue, "closed" if closed else "reopened", actor_id)


def _close(state: State, issue: Issue, actor_id: int, because: dict[str, Any]) -> None:
    was_open = issue.state == "opened"
    _set_state(state, issue, "closed", actor_id)
    state.touch(issue)
    changes = because | (_state_changes(state, issue) if was_open else {})
    state.record_event(state.event("issue", "close" if was_open else "update", issue, actor_id, changes))


def _state_changes(state: State, issue: Issue) -> dict[str, Any]:
    closed = issue.state == "closed"
    at = milli_stamp(issue.closed_at or state.now())
    return {
        "state_id": {"previous": 1 if closed else 2, "current": 2 if closed else 1},
        "closed_at": {"previous": None if closed else at, "current": at if closed else None},
    }


def _record_changes(state: State, issue: Issue, changed: Mapping[str, Any], actor_id: int) -> None:
    if "state" in changed:
        action = "close" if issue.state == "closed" else "reopen"
        state.record_event(state.event("issue", action, issue, actor_id, _state_changes(state, issue)))
    rest = {
        name: {"previous": before, "current": getattr(issue, name)}
        for name, before in changed.items()
        if name != "state"
    }
    if rest:
        state.record_event(state.event("issue", "update", issue, actor_id, rest))


def _named(state: State, issue: Issue) -> str:
    return f"{state.project_of(issue).path}#{issue.iid}"
