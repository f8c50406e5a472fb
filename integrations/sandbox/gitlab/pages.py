"""The GitLab pages: projects, a project's issues, and an issue as an engineer sees it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from integrations.sandbox.gitlab.models import Project
from integrations.sandbox.gitlab.serializers import issue_view
from integrations.sandbox.gitlab.state import State
from integrations.sandbox.pages import Context, Pages, Redirect, newest


def page_routes(state: State) -> list[BaseRoute]:
    def projects(_at: Mapping[str, Any]) -> Context:
        return {"projects": list(state.projects.values())}

    def issues(at: Mapping[str, Any]) -> Context:
        project = _at_its_path(state, at, "/-/issues")
        return {"project": project, "issues": newest(project.issues.values())}

    def issue(at: Mapping[str, Any]) -> Context:
        project = _at_its_path(state, at, f"/-/work_items/{at['iid']}")
        found = state.issue(project, at["iid"])
        pointers = {"moved to": found.moved_to_id, "duplicate of": found.duplicated_to_id}
        others = {text: state.issues[issue_id] for text, issue_id in pointers.items() if issue_id in state.issues}
        links = {text: (state.issue_url(other), state.reference(other)) for text, other in others.items()}
        return {"project": project, "issue": issue_view(state, found), "links": links}

    def old_address(at: Mapping[str, Any]) -> Context:
        raise Redirect(f"/{at['path']}/-/work_items/{at['iid']}")

    def project_home(at: Mapping[str, Any]) -> Context:
        raise Redirect(f"/{state.project(at['path']).path}/-/issues")

    pages = Pages("GitLab", state.lock)
    pages.add("/", "gitlab_index.html", projects)
    pages.add("/{path:path}/-/issues", "gitlab_issues.html", issues)
    pages.add("/{path:path}/-/work_items", "gitlab_issues.html", issues)
    pages.add("/{path:path}/-/work_items/{iid:int}", "gitlab_issue.html", issue)
    pages.add("/{path:path}/-/issues/{iid:int}", "gitlab_issue.html", old_address)
    pages.add("/{path:path}", "gitlab_index.html", project_home)
    return pages.routes


def _at_its_path(state: State, at: Mapping[str, Any], rest: str) -> Project:
    project = state.project(at["path"])
    if project.path != at["path"]:
        raise Redirect(f"/{project.path}{rest}")
    return project
