"""Projects, the token and its owner, over HTTP."""

from datetime import timedelta

from integrations.sandbox.api import Json
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.refusals import not_found
from integrations.sandbox.gitlab.serializers import account_json, member_json, project_json


def add_routes(checks: RequestChecks) -> None:
    project = "/projects/{project}"
    checks.add_route("GET", project, lambda request: project_json(request.state, request.project))
    checks.add_route("GET", f"{project}/members/all/{{user:int}}", show_member)
    checks.add_route("GET", "/user", show_user)
    checks.add_route("GET", "/personal_access_tokens/self", show_token)


def show_member(request: CheckedRequest) -> Json:
    """Those of the project and of the groups above it."""
    user_id = request.http.at["user"]
    if user_id not in request.project.members:
        raise not_found()
    return member_json(request.state, request.project, user_id)


def show_user(request: CheckedRequest) -> Json:
    return account_json(request.state, request.actor_id) | {"bot": True, "email": "pointsman@sandbox.example"}


def show_token(request: CheckedRequest) -> Json:
    now = request.state.now()
    return {
        "id": 1,
        "name": "pointsman",
        "revoked": False,
        "active": True,
        "user_id": request.actor_id,
        "scopes": ["api"],
        "created_at": milli_stamp(now),
        "last_used_at": milli_stamp(now),
        "expires_at": f"{now + timedelta(days=300):%Y-%m-%d}",
    }
