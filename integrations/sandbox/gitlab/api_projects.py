"""Projects, hooks, the token and its owner, over HTTP."""

from datetime import timedelta

from integrations.sandbox.api import Json
from integrations.sandbox.clock import milli_stamp
from integrations.sandbox.gitlab.checks import CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.models import MAINTAINER
from integrations.sandbox.gitlab.paging import by_id, paged
from integrations.sandbox.gitlab.refusals import forbidden, not_found
from integrations.sandbox.gitlab.serializers import account_json, member_json, project_json
from integrations.sandbox.hooks import Hook

_HOOK_SWITCHES = (
    "issues_events confidential_issues_events note_events confidential_note_events emoji_events "
    "enable_ssl_verification token_present signing_token_present"
)


def add_routes(checks: RequestChecks, hooks: list[Hook]) -> None:
    project, pages = "/projects/{project}", {"page", "per_page"}
    checks.add_route("GET", project, lambda request: project_json(request.state, request.project))
    checks.add_route("GET", f"{project}/hooks", lambda request: list_hooks(request, hooks), known=pages)
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


def list_hooks(request: CheckedRequest, hooks: list[Hook]) -> list[Json]:
    if request.access_level < MAINTAINER:
        raise forbidden()
    return paged(request, hooks, lambda hook: _hook_json(request, hook), by_id)


def _hook_json(request: CheckedRequest, hook: Hook) -> Json:
    return {
        **dict.fromkeys(_HOOK_SWITCHES.split(), True),
        "id": hook.id,
        "url": hook.url,
        "project_id": request.project.id,
        "alert_status": hook.status(request.state.now()),
        "disabled_until": milli_stamp(hook.disabled_until) if hook.disabled_until else None,
    }
