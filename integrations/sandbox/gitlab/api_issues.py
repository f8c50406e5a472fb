"""Issues over HTTP: list, create, read, update."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from integrations.sandbox.api import Refused, answer
from integrations.sandbox.gitlab.checks import PAGING, Asked, Door
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


def add_routes(door: Door) -> None:
    listings = Listings()
    door.opens("GET", "/projects/{project}/issues", lambda asked: index(asked, listings), known=KNOWN)
    door.opens("POST", "/projects/{project}/issues", create, known=CREATE)
    door.opens("GET", "/projects/{project}/issues/{iid:int}", show)
    door.opens("PUT", "/projects/{project}/issues/{iid:int}", update, known=UPDATE)
    door.opens("GET", "/issues", everywhere, known=KNOWN)
    door.opens("GET", "/projects/{project}/labels", labels, known=PAGING | {"search", "with_counts"})


def index(asked: Asked, listings: Listings) -> Response:
    key, _down = order_of(asked)
    if asked.text("pagination") == "keyset" and asked.text("order_by") not in KEYSET_ORDERS:
        error = {"error": "Keyset pagination is not yet available for this type of request"}
        raise Refused(405, error, "no_keyset_paging")
    return paged(asked, listings.of(asked, asked.project), lambda issue: _row(asked, issue), key)


def everywhere(asked: Asked) -> Response:
    """`GET /issues`: unlike a project's list it shows only one's own unless `scope` says otherwise."""
    asked.given.setdefault("scope", "created_by_me")
    key, down = order_of(asked)
    projects = [project for project in asked.state.projects.values() if project.member]
    issues = [issue for project in projects for issue in selected(asked, project)]
    return paged(asked, sorted(issues, key=key, reverse=down), lambda issue: _row(asked, issue), key)


def _row(asked: Asked, issue: Issue) -> dict[str, Any]:
    row = issue_json(asked.state, issue)
    if asked.flag("with_labels_details"):
        known = asked.state.project_of(issue).labels
        row["labels"] = [label_json(known[name]) for name in issue.labels]
    return row


def show(asked: Asked) -> Response:
    return answer(issue_json(asked.state, asked.issue))


def create(asked: Asked) -> Response:
    project = asked.project
    if "title" not in asked.given:
        raise bad_value("title is missing")
    asked.limits.creation(asked.state.now(), project.id)
    title, description = _texts(asked)
    issue = open_issue(
        asked.state,
        project,
        title=title or "",
        description=description or "",
        author_id=asked.actor_id,
        labels=asked.names("labels") or [],
        confidential=asked.flag("confidential") or False,
        issue_type=asked.one_of("issue_type", ISSUE_TYPES, "issue"),
    )
    return answer(issue_json(asked.state, issue), 201)


def update(asked: Asked) -> Response:
    issue = asked.issue
    title, description = _texts(asked)
    wanted: dict[str, Any] = {}
    if title is not None:
        wanted["title"] = title
    if description is not None:
        wanted["description"] = description
    if asked.given.keys() & {"labels", "add_labels", "remove_labels"}:
        kept = asked.names("labels") if "labels" in asked.given else issue.labels
        added, removed = asked.names("add_labels") or [], asked.names("remove_labels") or []
        wanted["labels"] = sorted((set(kept or []) | set(added)) - set(removed))
    if (confidential := asked.flag("confidential")) is not None:
        wanted["confidential"] = confidential
    if (locked := asked.flag("discussion_locked")) is not None:
        wanted["locked"] = locked
    if "issue_type" in asked.given:
        wanted["issue_type"] = asked.one_of("issue_type", ISSUE_TYPES, "issue")
    if "state_event" in asked.given:
        event = asked.one_of("state_event", ("close", "reopen"), "close")
        wanted["state"] = "closed" if event == "close" else "opened"
    if not asked.given:
        raise bad_value(f"{', '.join(sorted(UPDATE))} are missing, at least one parameter must be provided")
    change_issue(asked.state, issue, wanted, asked.actor_id)
    return answer(issue_json(asked.state, issue))


def _texts(asked: Asked) -> tuple[str | None, str | None]:
    """Title and description where they were sent; raises Refused 400 with GitLab's own words."""
    title = asked.text("title") if "title" in asked.given else None
    if title is not None and not title.strip():
        raise invalid("title", "can't be blank")
    if title is not None and len(title) > TITLE_LIMIT:
        raise invalid("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    description = asked.text("description") if "description" in asked.given else None
    if description is not None and len(description) > DESCRIPTION_LIMIT:
        raise invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    return title, description


def labels(asked: Asked) -> Response:
    known = sorted(asked.project.labels.values(), key=lambda label: label.name)
    return paged(asked, known, label_json, lambda label: (label.name,))
