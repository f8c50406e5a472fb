"""An issue as one plain dictionary, for the assertions of tests and for the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from integrations.sandbox.gitlab.models import Issue, Project
from integrations.sandbox.gitlab.serializers import award_json, issue_json, note_json
from integrations.sandbox.gitlab.state import State


def issue_view(state: State, issue: Issue) -> dict[str, Any]:
    """As the API shows it, and: `project` (path), `notes`, `awards`, `duplicated_to_id`, `linked_ids`, and what its
    texts did when they came in: `quick_actions` ({command, argument}), `mentions`, `references`, `images`, each with
    those of its notes."""
    effects = [issue.effects, *(note.effects for note in issue.notes)]
    return issue_json(state, issue) | {
        "project": state.project_of(issue).path,
        "notes": [note_json(state, issue, note) for note in issue.notes],
        "awards": [award_json(state, issue, award) for award in issue.awards],
        "duplicated_to_id": issue.duplicated_to_id,
        "linked_ids": list(issue.linked_ids),
        "quick_actions": [asdict(action) for action in issue.quick_actions],
        "mentions": [name for part in effects for name in part.mentions],
        "references": [name for part in effects for name in part.references],
        "images": [name for part in effects for name in part.images],
    }


def project_view(state: State, project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "path": project.path,
        "former_paths": list(project.former_paths),
        "visibility": project.visibility,
        "member": project.member,
        "members": dict(project.members),
        "labels": sorted(project.labels),
        "issues": len(project.issues),
        "opened": sum(issue.state == "opened" for issue in project.issues.values()),
        "page": f"{state.url}/{project.path}/-/issues",
    }
