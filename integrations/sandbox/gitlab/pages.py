"""The GitLab pages: projects, a project's issues, and an issue as an engineer sees and changes it."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from integrations.sandbox.gitlab.controls import GitlabControls
from integrations.sandbox.gitlab.forms import CLOSINGS, add_forms
from integrations.sandbox.gitlab.serializers import issue_view
from integrations.sandbox.gitlab.state import State
from integrations.sandbox.pages import Context, Pages, newest

TICKET = re.compile(r"http://127\.0\.0\.1:\d{1,5}/agent/tickets/(\d{1,12})")


def page_routes(state: State, controls: GitlabControls) -> list[BaseRoute]:
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
        texts = [found.description, *(note.body for note in found.notes)]
        tickets = sorted({(match[0], match[1]) for text in texts for match in TICKET.finditer(text)})
        links |= {f"ticket {number}": (url, "in Zendesk") for url, number in tickets}
        return {"project": project, "issue": issue_view(state, found), "links": links, "closings": CLOSINGS}

    pages = Pages("GitLab", state.lock)
    pages.add("/", "gitlab_index.html", projects)
    pages.add("/{path:path}/-/issues", "gitlab_issues.html", issues)
    pages.add("/{path:path}/-/work_items/{iid:int}", "gitlab_issue.html", issue)
    add_forms(pages, controls)
    return pages.routes
