"""What a GitLab delivery says. Pure; nothing in a body is trusted to be well formed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from app.web.webhooks.source import NotUnderstood
from app.work.updates.team_answer import team_answer

Action = Literal["open", "close", "reopen", "update"]
_ACTIONS: tuple[Action, ...] = get_args(Action)

# Incidents and tasks come as work items, with the header of an issue.
_ISSUE_KINDS = frozenset({"issue", "work_item"})
_NOTES_ON = ("Issue", "WorkItem")
# GitLab before 16.11 names no action of a comment. A mark may be added by an edit.
_NOTE_ACTIONS = ("create", "update", None)
# What moves an issue from one state, or one place, to another.
_STATE_CHANGES = ("state_id", "closed_at", "moved_to_id", "duplicated_to_id")
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class IssueChanged:
    """Something about an issue changed; what, the worker finds by reading it."""

    key: str
    """Whether two deliveries are the same one."""
    project_id: int
    iid: int
    action: Action
    user_id: int | None
    """Who changed it."""
    state_changed: bool
    """It was closed or opened again, whatever the action is called."""


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """Somebody marked a comment for the reporters. The worker reads it, and whether they may."""

    key: str
    project_id: int
    iid: int
    note_id: int
    author_id: int | None


def read_gitlab_delivery(body: bytes, headers: Mapping[str, str]) -> IssueChanged | NoteWritten | None:
    """The delivery in a verified body; None for an event of no interest. Raises NotUnderstood.

    Of interest: any change of an issue or work item of a project, and a new or edited comment on one that has a line
    beginning with `/tell-reporter`; confidential ones too.
    `headers`: names in lower case, or a mapping that minds no case.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise NotUnderstood("the body is not a JSON object")
    # Events of a group (members, subgroups) have no object_kind, but this.
    kind = payload.get("object_kind") or payload.get("event_name")
    if not isinstance(kind, str):
        raise NotUnderstood("the body names no kind of event")
    # The two are equal, and the signature covers this one. GitLab before 17.4 sends neither.
    sent = headers.get("webhook-id") or headers.get("idempotency-key")
    identity = sent.encode("utf-8", "replace") if sent else body
    if kind in _ISSUE_KINDS:
        return _issue_changed(payload, identity)
    return _note_written(payload, identity) if kind == "note" else None


def _issue_changed(payload: Mapping[str, object], identity: bytes) -> IssueChanged | None:
    about = _part(payload, "object_attributes")
    project_id = _project_id(about, payload)
    iid = _id(about.get("iid"))
    if (
        project_id is None
        and iid is not None
        and payload.get("object_kind") == "work_item"
        and not payload.get("project")
    ):
        return None  # an epic, or another work item that belongs to a group
    if project_id is None or iid is None:
        raise NotUnderstood("an issue event that does not say which issue")
    return IssueChanged(
        key=_key(project_id, iid, "issue", identity),
        project_id=project_id,
        iid=iid,
        # One that is missing or new to us is a change like any other: the worker compares states.
        action=next((one for one in _ACTIONS if one == about.get("action")), "update"),
        user_id=_id(_part(payload, "user").get("id")),
        state_changed=any(name in _part(payload, "changes") for name in _STATE_CHANGES),
    )


def _note_written(payload: Mapping[str, object], identity: bytes) -> NoteWritten | None:
    note, issue = _part(payload, "object_attributes"), _part(payload, "issue") or _part(payload, "work_item")
    if (
        note.get("noteable_type") not in _NOTES_ON
        or note.get("action") not in _NOTE_ACTIONS
        or note.get("system") is True
    ):
        return None
    text = note.get("note")
    if not isinstance(text, str) or team_answer(text) is None:
        return None
    project_id, iid, note_id = _project_id(issue, note, payload), _id(issue.get("iid")), _id(note.get("id"))
    if project_id is None and iid is not None and not payload.get("project"):
        return None  # on an epic, or another work item that belongs to a group
    if project_id is None or iid is None or note_id is None:
        raise NotUnderstood("a comment with /tell-reporter that does not say on which issue")
    return NoteWritten(
        key=_key(project_id, iid, f"note:{note_id}", identity),
        project_id=project_id,
        iid=iid,
        note_id=note_id,
        author_id=_id(note.get("author_id")) or _id(_part(payload, "user").get("id")),
    )


def _key(project_id: int, iid: int, about: str, identity: bytes) -> str:
    # What the sender calls it is hashed, so that any value makes a well-formed key; and with what it is about, so that
    # a proxy that gives all deliveries one id loses none.
    stamp = hashlib.sha256(f"{about}|".encode() + identity).hexdigest()[:24]
    return f"gl:{project_id}:{iid}:{stamp}"


def _project_id(*places: Mapping[str, object]) -> int | None:
    """The thing's own, else the envelope's, else that of the project the envelope describes."""
    found = (_id(place.get("project_id")) for place in places)
    return next((one for one in found if one is not None), None) or _id(_part(places[-1], "project").get("id"))


def _part(payload: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = payload.get(name)
    return part if isinstance(part, dict) else {}


def _id(value: object) -> int | None:
    return value if type(value) is int and 0 < value <= _LARGEST_ID else None
