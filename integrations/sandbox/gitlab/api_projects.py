"""Projects, hooks, the token and its owner, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from starlette.responses import Response

from integrations.sandbox.api import answer
from integrations.sandbox.gitlab.checks import PAGING, Asked, Door
from integrations.sandbox.gitlab.hooks import Hook
from integrations.sandbox.gitlab.models import MAINTAINER
from integrations.sandbox.gitlab.paging import paged
from integrations.sandbox.gitlab.refusals import forbidden, not_found
from integrations.sandbox.gitlab.serializers import account_json, member_json, project_json, stamp

VERSION = "19.4.1"


def add_routes(door: Door, hooks: Callable[[], list[Hook]]) -> None:
    door.opens("GET", "/projects/{project}", show_project, known=frozenset({"statistics", "license"}))
    door.opens("GET", "/projects/{project}/hooks", lambda asked: list_hooks(asked, hooks()), known=PAGING)
    door.opens("GET", "/projects/{project}/members/all/{user:int}", show_member)
    door.opens("GET", "/user", show_user)
    door.opens("GET", "/version", lambda _asked: answer({"version": VERSION, "revision": "sandbox"}))
    door.opens("GET", "/personal_access_tokens/self", show_token)


def show_project(asked: Asked) -> Response:
    return answer(project_json(asked.state, asked.project))


def show_member(asked: Asked) -> Response:
    """Those of the project and of the groups above it."""
    user_id = asked.http.at["user"]
    if user_id not in asked.project.members:
        raise not_found()
    return answer(member_json(asked.state, asked.project, user_id))


def show_user(asked: Asked) -> Response:
    return answer(account_json(asked.state, asked.actor_id) | {"bot": True, "email": "pointsman@sandbox.example"})


def show_token(asked: Asked) -> Response:
    expires = asked.state.now() + timedelta(days=300)
    token = {
        "id": 1,
        "name": "pointsman",
        "revoked": False,
        "active": True,
        "scopes": [asked.scope],
        "user_id": asked.actor_id,
        "created_at": stamp(asked.state.now()),
        "last_used_at": stamp(asked.state.now()),
        "expires_at": f"{expires:%Y-%m-%d}",
    }
    return answer(token)


def list_hooks(asked: Asked, hooks: list[Hook]) -> Response:
    project = asked.project
    if project.members.get(asked.actor_id, 0) < MAINTAINER:
        raise forbidden()
    now = asked.state.now()
    return paged(
        asked,
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
