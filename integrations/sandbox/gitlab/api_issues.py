"""Issues over HTTP: list, create, read, update."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.listing import KNOWN, Listings, order_of, selected
from integrations.sandbox.gitlab.models import ISSUE_TYPES, Issue
from integrations.sandbox.gitlab.mutations import change_issue, open_issue
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import bad_value, invalid
from integrations.sandbox.gitlab.serializers import issue_json, label_json

TITLE_LIMIT = 255
DESCRIPTION_LIMIT = 1_048_576
# https://docs.gitlab.com/api/rest/#supported-resources, since 18.3.
KEYSET_ORDERS = frozenset({"", "created_at", "updated_at", "title"})
TEXTS = frozenset({"title", "description"})
CREATE = TEXTS | {"labels", "confidential", "issue_type", "assignee_ids", "assignee_id", "milestone_id", "due_date"}
UPDATE = CREATE | {"state_event", "add_labels", "remove_labels", "discussion_locked"}


def add_routes(checks: RequestChecks) -> None:
    listings = Listings()
    checks.add_route("GET", "/projects/{project}/issues", lambda request: index(request, listings), known=KNOWN)
    checks.add_route("POST", "/projects/{project}/issues", create, known=CREATE)
    checks.add_route("GET", "/projects/{project}/issues/{iid:int}", show)
    checks.add_route("PUT", "/projects/{project}/issues/{iid:int}", update, known=UPDATE)
    checks.add_route("GET", "/issues", everywhere, known=KNOWN)
    checks.add_route("GET", "/projects/{project}/labels", labels, known=PAGING | {"search", "with_counts"})


def index(request: CheckedRequest, listings: Listings) -> Response:
    key, _down = order_of(request)
    if request.text("pagination") == "keyset" and request.text("order_by") not in KEYSET_ORDERS:
        error = {"error": "Keyset pagination is not yet available for this type of request"}
        raise Refused(405, error, "no_keyset_paging")
    return paged(request, listings.of(request, request.project), lambda issue: _row(request, issue), key)


def everywhere(request: CheckedRequest) -> Response:
    """`GET /issues`: unlike a project's list it shows only one's own unless `scope` says otherwise."""
    request.given.setdefault("scope", "created_by_me")
    key, down = order_of(request)
    projects = [project for project in request.state.projects.values() if project.member]
    issues = [issue for project in projects for issue in selected(request, project)]
    return paged(request, sorted(issues, key=key, reverse=down), lambda issue: _row(request, issue), key)


def _row(request: CheckedRequest, issue: Issue) -> dict[str, Any]:
    row = issue_json(request.state, issue)
    if request.flag("with_labels_details"):
        known = request.state.project_of(issue).labels
        row["labels"] = [label_json(known[name]) for name in issue.labels]
    return row


def show(request: CheckedRequest) -> Response:
    return answer(issue_json(request.state, request.issue))


def create(request: CheckedRequest) -> Response:
    project = request.project
    if "title" not in request.given:
        raise bad_value("title is missing")
    request.limits.creation(request.state.now(), project.id)
    title, description = _texts(request)
    issue = open_issue(
        request.state,
        project,
        title=title or "",
        description=description or "",
        author_id=request.actor_id,
        labels=request.names("labels") or [],
        confidential=request.flag("confidential") or False,
        issue_type=request.one_of("issue_type", ISSUE_TYPES, "issue"),
    )
    return answer(issue_json(request.state, issue), 201)


def update(request: CheckedRequest) -> Response:
    issue = request.issue
    title, description = _texts(request)
    wanted: dict[str, Any] = {}
    if title is not None:
        wanted["title"] = title
    if description is not None:
        wanted["description"] = description
    if request.given.keys() & {"labels", "add_labels", "remove_labels"}:
        kept = request.names("labels") if "labels" in request.given else issue.labels
        added, removed = request.names("add_labels") or [], request.names("remove_labels") or []
        wanted["labels"] = sorted((set(kept or []) | set(added)) - set(removed))
    if (confidential := request.flag("confidential")) is not None:
        wanted["confidential"] = confidential
    if (locked := request.flag("discussion_locked")) is not None:
        wanted["locked"] = locked
    if "issue_type" in request.given:
        wanted["issue_type"] = request.one_of("issue_type", ISSUE_TYPES, "issue")
    if "state_event" in request.given:
        event = request.one_of("state_event", ("close", "reopen"), "close")
        wanted["state"] = "closed" if event == "close" else "opened"
    if not request.given:
        raise bad_value(f"{', '.join(sorted(UPDATE))} are missing, at least one parameter must be provided")
    change_issue(request.state, issue, wanted, request.actor_id)
    return answer(issue_json(request.state, issue))


def _texts(request: CheckedRequest) -> tuple[str | None, str | None]:
    """Title and description where they were sent; raises Refused 400 with GitLab's own words."""
    title = request.text("title") if "title" in request.given else None
    if title is not None and not title.strip():
        raise invalid("title", "can't be blank")
    if title is not None and len(title) > TITLE_LIMIT:
        raise invalid("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    description = request.text("description") if "description" in request.given else None
    if description is not None and len(description) > DESCRIPTION_LIMIT:
        raise invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    return title, description


def labels(request: CheckedRequest) -> Response:
    known = sorted(request.project.labels.values(), key=lambda label: label.name)
    return paged(request, known, label_json, lambda label: (label.name,))
