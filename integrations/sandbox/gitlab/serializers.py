"""The JSON shapes of GitLab's API: https://docs.gitlab.com/api/issues/."""

from dataclasses import asdict

from integrations.sandbox.api import Json, picked
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.models import BOT_USER_ID, Award, Issue, Note, Project
from integrations.sandbox.gitlab.state import State

_ISSUE = (
    "id iid project_id title description state created_at updated_at closed_at labels issue_type confidential "
    "moved_to_id"
)
_NOTE = "id body created_at updated_at system internal"


def account_json(state: State, account_id: int) -> Json:
    account = state.accounts[account_id]
    rest = {"state": "active", "web_url": f"{state.url}/{account.username}"}
    return picked(account, "id username name") | rest


def issue_json(state: State, issue: Issue) -> Json:
    project = state.project_of(issue)
    api = f"{state.url}/api/v4/projects"
    own = f"{api}/{project.id}/issues/{issue.iid}"
    canonical = state.issues.get(issue.duplicated_to_id or 0)
    duplicate_of = f"{api}/{canonical.project_id}/issues/{canonical.iid}" if canonical else None
    short = f"#{issue.iid}"
    return {
        **picked(issue, _ISSUE, milli_stamp),
        "closed_by": account_json(state, issue.closed_by_id) if issue.closed_by_id else None,
        "milestone": milestone_json(state, project, issue.milestone) if issue.milestone else None,
        "author": account_json(state, issue.author_id),
        "type": issue.issue_type.upper(),
        "user_notes_count": sum(not note.system for note in issue.notes),
        "upvotes": issue.votes("thumbsup"),
        "web_url": state.issue_url(issue),
        "references": {"short": short, "relative": short, "full": f"{project.path}{short}"},
        "_links": {
            "self": own,
            "notes": f"{own}/notes",
            "award_emoji": f"{own}/award_emoji",
            "project": f"{api}/{project.id}",
            "closed_as_duplicate_of": duplicate_of,
        },
    }


def closing_merge_requests_json(issue: Issue) -> list[Json]:
    """https://docs.gitlab.com/api/issues/#list-merge-requests-that-close-a-particular-issue-on-merge"""
    return [{"iid": issue.merged_iid, "project_id": issue.project_id, "state": "merged"}] if issue.merged_iid else []


def state_events_json(state: State, issue: Issue) -> list[Json]:
    """https://docs.gitlab.com/api/resource_state_events/: the last change of the state."""
    if issue.closed_at is None or issue.closed_by_id is None:
        return []
    return [
        {
            "id": issue.id,
            "user": account_json(state, issue.closed_by_id),
            "created_at": milli_stamp(issue.closed_at),
            "resource_type": "Issue",
            "resource_id": issue.id,
            "source_commit": issue.commit or None,
            "source_merge_request_id": issue.merged_iid,
            "state": "closed",
        }
    ]


def note_json(state: State, issue: Issue, note: Note) -> Json:
    return {
        **picked(note, _NOTE, milli_stamp),
        "commands_changes": {},
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "noteable_iid": issue.iid,
        "project_id": issue.project_id,
        "author": account_json(state, note.author_id),
        "confidential": note.internal,
    }


def project_json(state: State, project: Project) -> Json:
    access = {"access_level": project.members[BOT_USER_ID], "notification_level": 3} if project.member else None
    return {
        **picked(project, "id visibility created_at", milli_stamp),
        "path_with_namespace": project.path,
        "web_url": f"{state.url}/{project.path}",
        "issues_access_level": "private" if project.issues_for_members else "enabled",
        "permissions": {"project_access": access, "group_access": None},
    }


def milestone_json(state: State, project: Project, title: str) -> Json:
    milestone = state.milestone(project, title)
    url = f"{state.url}/{project.path}/-/milestones/{milestone.iid}"
    rest = {"project_id": project.id, "state": "active", "web_url": url}
    return picked(milestone, "id iid title") | rest


def member_json(state: State, project: Project, account_id: int) -> Json:
    rest = {"access_level": project.members[account_id], "expires_at": None, "membership_state": "active"}
    return account_json(state, account_id) | picked(project, "created_at", milli_stamp) | rest


def award_json(state: State, issue: Issue, award: Award) -> Json:
    return {
        **picked(award, "id name created_at", milli_stamp),
        "user": account_json(state, award.user_id),
        "updated_at": milli_stamp(award.created_at),
        "awardable_id": issue.id,
        "awardable_type": "Issue",
    }


def issue_view(state: State, issue: Issue) -> Json:
    """For the pages and for the assertions of tests.

    As the API shows it, and: `project` (path), `notes`, `awards`, `duplicated_to_id`, `linked_ids`, and what its texts
    did when they came in: `quick_actions` ({command, argument}), `mentions`, `references`, `images`, each with those of
    its notes.
    """
    effects = [*issue.effects, *(note.effects for note in issue.notes)]
    return {
        **issue_json(state, issue),
        **picked(issue, "duplicated_to_id linked_ids"),
        "project": state.project_of(issue).path,
        "notes": [note_json(state, issue, note) for note in issue.notes],
        "awards": [award_json(state, issue, award) for award in issue.awards],
        "quick_actions": [asdict(action) for action in issue.quick_actions],
        **{name: [it for one in effects for it in getattr(one, name)] for name in ("mentions", "references", "images")},
    }


def project_view(state: State, project: Project) -> Json:
    return {
        **picked(project, "id path former_paths visibility member members opened"),
        "labels": sorted(project.labels),
        "issues": len(project.issues),
        "page": f"{state.url}/{project.path}/-/issues",
    }
