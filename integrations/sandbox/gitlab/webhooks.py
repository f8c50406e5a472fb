"""What GitLab sends when something happens: https://docs.gitlab.com/user/project/integrations/webhook_events/.

Signed both ways: the plain secret in `X-Gitlab-Token`, and Standard Webhooks with a `whsec_` signing token.
"""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import datetime

from integrations.sandbox.api import Json, picked
from integrations.sandbox.gitlab.models import Event, Issue, Project
from integrations.sandbox.gitlab.state import State

WEBHOOK_SECRET = "sandbox-gitlab-webhook-secret"  # noqa: S105 -- the sandbox's own, known to everybody
SIGNING_TOKEN = "whsec_c2FuZGJveC1naXRsYWItc2lnbmluZy10b2tlbi0zMmI="  # noqa: S105 -- the same
_ISSUE_ATTRIBUTES = (
    "id iid project_id title description state confidential author_id created_at updated_at closed_at moved_to_id "
    "duplicated_to_id"
)
VISIBILITY_LEVELS = {"private": 0, "internal": 10, "public": 20}


def signature(signing_token: str, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` + base64(HMAC-SHA256(the token's 32 bytes, id.timestamp.body))."""
    key = base64.b64decode(signing_token.removeprefix("whsec_"))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def headers_of(state: State, event: Event, body: bytes, *, token: str, signing_token: str) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.4.1",
        "X-Gitlab-Event": hook_name(state, event),
        "X-Gitlab-Instance": state.url,
        "X-Gitlab-Webhook-UUID": str(uuid.uuid4()),
        "X-Gitlab-Event-UUID": str(uuid.uuid4()),
        "Idempotency-Key": event.uuid,
        "webhook-id": event.uuid,
    }
    if token:
        headers["X-Gitlab-Token"] = token
    if signing_token:
        timestamp = str(int(state.now().timestamp()))
        headers["webhook-timestamp"] = timestamp
        headers["webhook-signature"] = signature(signing_token, event.uuid, timestamp, body)
    return headers


def hook_name(state: State, event: Event) -> str:
    issue = state.issues[event.issue_id]
    if event.kind == "emoji":
        return "Emoji Hook"
    if event.kind == "note":
        return "Confidential Note Hook" if _is_private(event, issue) else "Note Hook"
    return "Confidential Issue Hook" if issue.confidential else "Issue Hook"


def _is_private(event: Event, issue: Issue) -> bool:
    return issue.confidential or (event.note is not None and event.note.internal)


def payload(state: State, event: Event) -> bytes:
    """The body of the event; the same bytes whenever it is sent again."""
    if event.body is None:
        issue = state.issues[event.issue_id]
        make = {"issue": _issue_payload, "note": _note_payload, "emoji": _emoji_payload}[event.kind]
        event.body = json.dumps(make(state, event, issue), ensure_ascii=False).encode()
    return event.body


def _issue_payload(state: State, event: Event, issue: Issue) -> Json:
    kind = "issue" if issue.issue_type == "issue" else "work_item"
    attributes = _attributes(state, issue) | {"action": event.action}
    return _payload(state, event, kind, "confidential_issue" if issue.confidential else "issue", attributes) | {
        "labels": attributes["labels"],
        "changes": _changes(state, event, issue),
    }


def _note_payload(state: State, event: Event, issue: Issue) -> Json:
    note = event.note
    if note is None:
        raise ValueError("an event of a note holds the note")
    attributes = picked(note, "id author_id created_at updated_at system", _spaced) | {
        "note": note.body,
        "noteable_type": "Issue",
        "noteable_id": issue.id,
        "project_id": issue.project_id,
        "action": event.action,
        "discussion_id": f"{note.id:040x}",
        "url": f"{state.issue_url(issue)}#note_{note.id}",
    }
    event_type = "confidential_note" if _is_private(event, issue) else "note"
    return _payload(state, event, "note", event_type, attributes) | {
        "project_id": issue.project_id,
        "issue": _attributes(state, issue),
    }


def _emoji_payload(state: State, event: Event, issue: Issue) -> Json:
    attributes = {
        "user_id": event.actor_id,
        "name": event.emoji,
        "action": event.action,
        "awardable_type": "Issue",
        "awardable_id": issue.id,
        "awarded_on_url": state.issue_url(issue),
    }
    return _payload(state, event, "emoji", event.action, attributes) | {"issue": _attributes(state, issue)}


def _payload(state: State, event: Event, kind: str, event_type: str, attributes: Json) -> Json:
    """What all payloads have."""
    return {
        "object_kind": kind,
        "event_type": event_type,
        "user": _user(state, event.actor_id),
        "project": _project(state, state.project_of(state.issues[event.issue_id])),
        "object_attributes": attributes,
    }


def _attributes(state: State, issue: Issue) -> Json:
    return {
        **picked(issue, _ISSUE_ATTRIBUTES, _spaced),
        "state_id": 1 if issue.state == "opened" else 2,
        "type": issue.issue_type.replace("_", " ").title(),
        "url": state.issue_url(issue),
        "labels": _labels(state, issue),
        "milestone_id": _milestone_id(state, issue, issue.milestone),
    }


def _changes(state: State, event: Event, issue: Issue) -> Json:
    changes = {name: dict(change) for name, change in event.changes.items()}
    if "labels" in changes:
        project = state.project_of(issue)
        for side in ("previous", "current"):
            changes["labels"][side] = [_label(state, project, name) for name in changes["labels"][side]]
    if "milestone" in changes:
        titles = changes.pop("milestone")
        changes["milestone_id"] = {side: _milestone_id(state, issue, title) for side, title in titles.items()}
    return changes


def _milestone_id(state: State, issue: Issue, title: str | None) -> int | None:
    return state.milestone(state.project_of(issue), title).id if title else None


def _labels(state: State, issue: Issue) -> list[Json]:
    project = state.project_of(issue)
    return [_label(state, project, name) for name in issue.labels]


def _label(state: State, project: Project, name: str) -> Json:
    label = state.label(project, name)
    return {"id": label.id, "title": label.name, "color": label.color, "project_id": project.id, "type": "ProjectLabel"}


def _user(state: State, account_id: int) -> Json:
    return picked(state.accounts[account_id], "id name username") | {"email": "[REDACTED]"}


def _project(state: State, project: Project) -> Json:
    return {
        "id": project.id,
        "name": project.path.rpartition("/")[2],
        "path_with_namespace": project.path,
        "web_url": f"{state.url}/{project.path}",
        "visibility_level": VISIBILITY_LEVELS[project.visibility],
    }


def _spaced(moment: datetime) -> str:
    """GitLab mixes its date formats; this is the one inside `object_attributes`."""
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
