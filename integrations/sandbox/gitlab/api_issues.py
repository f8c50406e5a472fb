"""Issues over HTTP."""

from typing import Any

from integrations.sandbox.api import Json, Refused, Result, answer
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.listing import KNOWN, Listings, order_of
from integrations.sandbox.gitlab.models import ISSUE_TYPES
from integrations.sandbox.gitlab.mutations import change_issue, open_issue
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import bad_value, invalid, missing, too_long
from integrations.sandbox.gitlab.serializers import issue_json

LIMITS = {"title": 255, "description": 1_048_576}
# https://docs.gitlab.com/api/rest/#supported-resources, since 18.3.
KEYSET_ORDERS = frozenset({"", "created_at", "updated_at", "title"})
_CREATE = "title description labels confidential issue_type assignee_ids assignee_id milestone_id due_date"
CREATE = frozenset(_CREATE.split())
UPDATE = CREATE | {"state_event", "add_labels", "remove_labels", "discussion_locked"}


def add_routes(checks: RequestChecks) -> None:
    listings = Listings()
    issues = "/projects/{project}/issues"
    checks.add_route("GET", issues, lambda request: index(request, listings), known=KNOWN)
    checks.add_route("POST", issues, create, known=CREATE)
    checks.add_route("GET", f"{issues}/{{iid:int}}", show)
    checks.add_route("PUT", f"{issues}/{{iid:int}}", update, known=UPDATE)


def index(request: CheckedRequest, listings: Listings) -> list[Json]:
    key, _down = order_of(request)
    if request.text("pagination") == "keyset" and request.text("order_by") not in KEYSET_ORDERS:
        error = {"error": "Keyset pagination is not yet available for this type of request"}
        raise Refused(405, error, "no_keyset_paging")
    return paged(request, listings.of(request, request.project), lambda issue: issue_json(request.state, issue), key)


def show(request: CheckedRequest) -> Json:
    return issue_json(request.state, request.issue)


def create(request: CheckedRequest) -> Result:
    project = request.project
    if "title" not in request.given:
        raise missing("title")
    request.limits.creation(request.state.now(), project.id)
    issue = open_issue(
        request.state,
        project,
        **({"description": ""} | _texts(request)),
        author_id=request.actor_id,
        labels=request.names("labels") or [],
        confidential=request.flag("confidential") or False,
        issue_type=request.one_of("issue_type", ISSUE_TYPES, "issue"),
    )
    return answer(issue_json(request.state, issue), 201)


def update(request: CheckedRequest) -> Json:
    issue = request.issue
    changes: dict[str, Any] = {**_texts(request)}
    if request.given.keys() & {"labels", "add_labels", "remove_labels"}:
        kept = request.names("labels") if "labels" in request.given else issue.labels
        added, removed = request.names("add_labels") or [], request.names("remove_labels") or []
        changes["labels"] = sorted((set(kept or []) | set(added)) - set(removed))
    for name, attribute in (("confidential", "confidential"), ("discussion_locked", "locked")):
        if (flag := request.flag(name)) is not None:
            changes[attribute] = flag
    if "issue_type" in request.given:
        changes["issue_type"] = request.one_of("issue_type", ISSUE_TYPES, "issue")
    if "state_event" in request.given:
        event = request.one_of("state_event", ("close", "reopen"), "close")
        changes["state"] = "closed" if event == "close" else "opened"
    if not request.given:
        raise bad_value(f"{', '.join(sorted(UPDATE))} are missing, at least one parameter must be provided")
    change_issue(request.state, issue, changes, request.actor_id)
    return issue_json(request.state, issue)


def _texts(request: CheckedRequest) -> dict[str, str]:
    """Title and description where they were sent; raises Refused 400 with GitLab's own words."""
    texts = {name: request.text(name) for name in LIMITS if name in request.given}
    if not texts.get("title", "-").strip():
        raise invalid("title", "can't be blank")
    for name, text in texts.items():
        if len(text) > LIMITS[name]:
            raise too_long(name, LIMITS[name])
    return texts
