"""Projects, hooks, the token and its owner, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from starlette.responses import Response

from integrations.sandbox.api import answer
from integrations.sandbox.gitlab.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.gitlab.hooks import Hook
from integrations.sandbox.gitlab.models import MAINTAINER
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import forbidden, not_found
from integrations.sandbox.gitlab.serializers import account_json, member_json, project_json, stamp

VERSION = "19.4.1"


def add_routes(checks: RequestChecks, hooks: Callable[[], list[Hook]]) -> None:
    checks.add_route("GET", "/projects/{project}", show_project, known=frozenset({"statistics", "license"}))
    checks.add_route("GET", "/projects/{project}/hooks", lambda request: list_hooks(request, hooks()), known=PAGING)
    checks.add_route("GET", "/projects/{project}/members/all/{user:int}", show_member)
    checks.add_route("GET", "/user", show_user)
    checks.add_route("GET", "/version", lambda _asked: answer({"version": VERSION, "revision": "sandbox"}))
    checks.add_route("GET", "/personal_access_tokens/self", show_token)


def show_project(request: CheckedRequest) -> Response:
    return answer(project_json(request.state, request.project))


def show_member(request: CheckedRequest) -> Response:
    """Those of the project and of the groups above it."""
    user_id = request.http.at["user"]
    if user_id not in request.project.members:
        raise not_found()
    return answer(member_json(request.state, request.project, user_id))


def show_user(request: CheckedRequest) -> Response:
    return answer(account_json(request.state, request.actor_id) | {"bot": True, "email": "pointsman@sandbox.example"})


def show_token(request: CheckedRequest) -> Response:
    expires = request.state.now() + timedelta(days=300)
    token = {
        "id": 1,
        "name": "pointsman",
        "revoked": False,
        "active": True,
        "scopes": [request.scope],
        "user_id": request.actor_id,
        "created_at": stamp(request.state.now()),
        "last_used_at": stamp(request.state.now()),
        "expires_at": f"{expires:%Y-%m-%d}",
    }
    return answer(token)


def list_hooks(request: CheckedRequest, hooks: list[Hook]) -> Response:
    project = request.project
    if project.members.get(request.actor_id, 0) < MAINTAINER:
        raise forbidden()
    now = request.state.now()
    return paged(
        request,
        hooks,
        lambda hook: {
            "id": hook.id,
            "url": hook.url,
            "project_id": project.id,
            "issues_events": True,
            "confidential_issues_events": True,
            "note_events": True,
            "confidential_note_events": True,
            "emoji_events": True,
            "enable_ssl_verification": True,
            "alert_status": hook.status(now),
            "disabled_until": stamp(hook.disabled_until),
            "token_present": True,
            "signing_token_present": True,
        },
        lambda hook: (hook.id,),
    )
