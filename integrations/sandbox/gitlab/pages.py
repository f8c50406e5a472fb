"""The GitLab pages: projects, a project's issues, and an issue as an engineer sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from integrations.sandbox.gitlab.models import Project
from integrations.sandbox.gitlab.state import State
from integrations.sandbox.gitlab.view import issue_view, project_view
from integrations.sandbox.pages import Context, Redirect, page
from integrations.sandbox.safe_html import from_markdown

LISTED = 500


def page_routes(state: State) -> list[BaseRoute]:
    def projects(_at: Mapping[str, Any]) -> Context:
        with state.lock:
            return {"service": "GitLab", "projects": [project_view(state, one) for one in state.projects.values()]}

    def issues(at: Mapping[str, Any]) -> Context:
        with state.lock:
            project = _at_its_path(state, at, "/-/issues")
            newest = list(project.issues.values())[: -LISTED - 1 : -1]
            return {
                "service": "GitLab",
                "project": project_view(state, project),
                "issues": [issue_view(state, issue) for issue in newest],
                "colors": _colors(project),
            }

    def issue(at: Mapping[str, Any]) -> Context:
        with state.lock:
            project = _at_its_path(state, at, f"/-/work_items/{at['iid']}")
            found = state.issue(project, at["iid"])
            view = issue_view(state, found)
            return {
                "service": "GitLab",
                "project": project_view(state, project),
                "issue": view,
                "description": from_markdown(found.description),
                "notes": [note | {"shown": from_markdown(note["body"])} for note in view["notes"]],
                "colors": _colors(project),
                "moved_to": _page_of(state, found.moved_to_id),
                "duplicate_of": _page_of(state, found.duplicated_to_id),
            }

    def old_address(at: Mapping[str, Any]) -> Context:
        raise Redirect(f"/{at['path']}/-/work_items/{at['iid']}")

    def project_home(at: Mapping[str, Any]) -> Context:
        with state.lock:
            raise Redirect(f"/{state.project(at['path']).path}/-/issues")

    return [
        page("/", "gitlab_index.html", projects),
        page("/{path:path}/-/issues", "gitlab_issues.html", issues),
        page("/{path:path}/-/work_items", "gitlab_issues.html", issues),
        page("/{path:path}/-/work_items/{iid:int}", "gitlab_issue.html", issue),
        page("/{path:path}/-/issues/{iid:int}", "gitlab_issue.html", old_address),
        page("/{path:path}", "gitlab_index.html", project_home),
    ]


def _at_its_path(state: State, at: Mapping[str, Any], rest: str) -> Project:
    project = state.project(at["path"])
    if project.path != at["path"]:
        raise Redirect(f"/{project.path}{rest}")
    return project


def _colors(project: Project) -> dict[str, str]:
    return {label.name: label.color for label in project.labels.values()}


def _page_of(state: State, issue_id: int | None) -> dict[str, str] | None:
    other = state.issues.get(issue_id or 0)
    if other is None:
        return None
    return {"url": state.issue_url(other), "name": state.reference(other)}
