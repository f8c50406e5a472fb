"""Issues over HTTP."""

from integrations.sandbox.api import Json, Result, answer
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.listing import KNOWN, Listings, order_of
from integrations.sandbox.gitlab.models import ISSUE_TYPES
from integrations.sandbox.gitlab.mutations import open_issue
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import invalid, too_long
from integrations.sandbox.gitlab.serializers import closing_merge_requests_json, issue_json, state_events_json

LIMITS = {"title": 255, "description": 1_048_576}
CREATE = frozenset({"title", "description", "labels", "confidential", "issue_type"})


def add_routes(checks: RequestChecks) -> None:
    listings = Listings()
    issues = "/projects/{project}/issues"
    checks.add_route("GET", issues, lambda request: index(request, listings), known=KNOWN)
    checks.add_route("POST", issues, create, known=CREATE)
    checks.add_route("GET", f"{issues}/{{iid:int}}", lambda request: issue_json(request.state, request.issue))
    pages, one = {"page", "per_page"}, f"{issues}/{{iid:int}}"
    checks.add_route("GET", f"{one}/closed_by", lambda request: closing_merge_requests_json(request.issue), known=pages)
    checks.add_route(
        "GET",
        f"{one}/resource_state_events",
        lambda request: state_events_json(request.state, request.issue),
        known=pages,
    )


def index(request: CheckedRequest, listings: Listings) -> list[Json]:
    key, _down = order_of(request)
    return paged(request, listings.of(request, request.project), lambda issue: issue_json(request.state, issue), key)


def create(request: CheckedRequest) -> Result:
    """Raises Refused 400 with GitLab's own words."""
    project = request.project
    texts = {"title": request.needed("title"), "description": request.text("description")}
    if not texts["title"].strip():
        raise invalid("title", "can't be blank")
    for name, text in texts.items():
        if len(text) > LIMITS[name]:
            raise too_long(name, LIMITS[name])
    request.limits.creation(request.state.now(), project.id)
    issue = open_issue(
        request.state,
        project,
        **texts,
        author_id=request.actor_id,
        labels=request.names("labels"),
        confidential=request.flag("confidential"),
        issue_type=request.one_of("issue_type", ISSUE_TYPES, "issue"),
    )
    return answer(issue_json(request.state, issue), 201)
