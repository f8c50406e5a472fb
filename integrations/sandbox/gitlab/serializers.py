"""The JSON shapes of GitLab's API: https://docs.gitlab.com/api/issues/."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.models import BOT_USER_ID, Account, Award, Issue, JournalEntry, Label, Note, Project
from integrations.sandbox.gitlab.state import State

Json = dict[str, Any]


def stamp(moment: datetime | None) -> str | None:
    return milli_stamp(moment) if moment else None


def account_json(state: State, account_id: int) -> Json:
    account: Account = state.accounts[account_id]
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{state.url}/{account.username}",
    }


def issue_json(state: State, issue: Issue) -> Json:
    project = state.project_of(issue)
    own = f"{state.url}/api/v4/projects/{project.id}/issues/{issue.iid}"
    canonical = state.issues.get(issue.duplicated_to_id or 0)
    people = [account_json(state, i) for i in issue.assignee_ids]
    return {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "closed_by": account_json(state, issue.closed_by_id) if issue.closed_by_id else None,
        "labels": list(issue.labels),
        "milestone": milestone_json(state, project, issue.milestone) if issue.milestone else None,
        "assignees": people,
        "assignee": people[0] if people else None,
        "author": account_json(state, issue.author_id),
        "type": issue.issue_type.upper(),
        "issue_type": issue.issue_type,
        "user_notes_count": sum(not note.system for note in issue.notes),
        "merge_requests_count": 0,
        "upvotes": sum(award.name == "thumbsup" for award in issue.awards),
        "downvotes": sum(award.name == "thumbsdown" for award in issue.awards),
        "due_date": None,
        "confidential": issue.confidential,
        "discussion_locked": issue.locked or None,
        "web_url": state.issue_url(issue),
        "time_stats": {"time_estimate": 0, "total_time_spent": 0},
        "task_completion_status": {"count": 0, "completed_count": 0},
        "has_tasks": False,
        "moved_to_id": issue.moved_to_id,
        "imported": False,
        "severity": issue.severity,
        "service_desk_reply_to": None,
        "references": {
            "short": f"#{issue.iid}",
            "relative": f"#{issue.iid}",
            "full": f"{project.path}#{issue.iid}",
        },
        "_links": {
            "self": own,
            "notes": f"{own}/notes",
            "award_emoji": f"{own}/award_emoji",
            "project": f"{state.url}/api/v4/projects/{project.id}",
            "closed_as_duplicate_of": f"{state.url}/api/v4/projects/{canonical.project_id}/issues/{canonical.iid}"
            if canonical
            else None,
        },
    }


def note_json(state: State, issue: Issue, note: Note) -> Json:
    return {
        "id": note.id,
        "type": None,
        "body": note.body,
        "attachment": None,
        "author": account_json(state, note.author_id),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "system": note.system,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "noteable_iid": issue.iid,
        "project_id": issue.project_id,
        "resolvable": False,
        "confidential": note.internal,
        "internal": note.internal,
        "commands_changes": {},
    }


def project_json(state: State, project: Project) -> Json:
    namespace, _slash, name = project.path.rpartition("/")
    return {
        "id": project.id,
        "name": name,
        "path": name,
        "name_with_namespace": f"{namespace} / {name}",
        "path_with_namespace": project.path,
        "description": "",
        "visibility": project.visibility,
        "archived": False,
        "issues_enabled": True,
        "issues_access_level": "enabled",
        "open_issues_count": sum(issue.state == "opened" for issue in project.issues.values()),
        "default_branch": "main",
        "namespace": {"full_path": namespace, "kind": "group"},
        "web_url": f"{state.url}/{project.path}",
        "created_at": stamp(project.created_at),
        "permissions": {
            "project_access": {"access_level": project.members[BOT_USER_ID], "notification_level": 3}
            if project.member
            else None,
            "group_access": None,
        },
    }


def milestone_json(state: State, project: Project, title: str) -> Json:
    milestone = state.milestone(project, title)
    return {
        "id": milestone.id,
        "iid": milestone.iid,
        "project_id": project.id,
        "title": title,
        "description": "",
        "state": "active",
        "web_url": f"{state.url}/{project.path}/-/milestones/{milestone.iid}",
    }


def member_json(state: State, project: Project, account_id: int) -> Json:
    return account_json(state, account_id) | {
        "access_level": project.members[account_id],
        "created_at": stamp(project.created_at),
        "expires_at": None,
        "membership_state": "active",
    }


def label_json(label: Label) -> Json:
    return {
        "id": label.id,
        "name": label.name,
        "color": label.color,
        "text_color": "#FFFFFF",
        "description": None,
        "is_project_label": True,
    }


def award_json(state: State, issue: Issue, award: Award) -> Json:
    return {
        "id": award.id,
        "name": award.name,
        "user": account_json(state, award.user_id),
        "created_at": stamp(award.created_at),
        "updated_at": stamp(award.created_at),
        "awardable_id": issue.id,
        "awardable_type": "Issue",
    }


def journal_json(state: State, issue: Issue, entry: JournalEntry) -> Json:
    shape = {
        "id": entry.id,
        "user": account_json(state, entry.user_id),
        "created_at": stamp(entry.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
    }
    if entry.state:
        return shape | {"state": entry.state}
    label = state.project_of(issue).labels[entry.label]
    return shape | {"action": entry.action, "label": label_json(label)}
