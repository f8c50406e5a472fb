"""The GitLab pages: projects, a project's issues, and an issue as an engineer sees it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from integrations.sandbox.gitlab.serializers import issue_view
from integrations.sandbox.gitlab.state import State
from integrations.sandbox.pages import Context, Pages, newest


def page_routes(state: State) -> list[BaseRoute]:
    def projects(_at: Mapping[str, Any]) -> Context:
        return {"projects": list(state.projects.values())}

    def issues(at: Mapping[str, Any]) -> Context:
        project = state.project(at["path"])
        return {"project": project, "issues": newest(project.issues.values())}

    def issue(at: Mapping[str, Any]) -> Context:
        project = state.project(at["path"])
        found = state.issue(project, at["iid"])
        pointers = {"moved to": found.moved_to_id, "duplicate of": found.duplicated_to_id}
        others = {text: state.issues[issue_id] for text, issue_id in pointers.items() if issue_id in state.issues}
        links = {text: (state.issue_url(other), state.reference(other)) for text, other in others.items()}
        return {"project": project, "issue": issue_view(state, found), "links": links}

    pages = Pages("GitLab", state.lock)
    pages.add("/", "gitlab_index.html", projects)
    pages.add("/{path:path}/-/issues", "gitlab_issues.html", issues)
    pages.add("/{path:path}/-/work_items/{iid:int}", "gitlab_issue.html", issue)
    return pages.routes
