"""An issue or a project as one plain dictionary, for the assertions of tests and for the pages."""

from __future__ import annotations

from dataclasses import asdict

from integrations.sandbox.api import Json, picked
from integrations.sandbox.gitlab.models import Issue, Project
from integrations.sandbox.gitlab.serializers import award_json, issue_json, note_json
from integrations.sandbox.gitlab.state import State


def issue_view(state: State, issue: Issue) -> Json:
    """As the API shows it, and: `project` (path), `notes`, `awards`, `duplicated_to_id`, `linked_ids`, and what its
    texts did when they came in: `quick_actions` ({command, argument}), `mentions`, `references`, `images`, each with
    those of its notes."""
    effects = [issue.effects, *(note.effects for note in issue.notes)]
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
