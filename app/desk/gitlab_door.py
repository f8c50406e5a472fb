"""The way in with GitLab: the browser goes there, and comes back with a code that says who it is."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, unquote

import structlog
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from app.desk.access import RETURNS_FROM_GITLAB, WITH_GITLAB, once_more, safe_next
from app.desk.door import Next, access_of, begin_session, too_often
from app.desk.people import GitlabLogin, TooManySignIns
from app.desk.render import login_response
from app.desk.session import PERSON
from integrations.errors import IntegrationError
from integrations.gitlab.sign_in import GitlabPerson, SignInSecrets

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)

COOKIE = "__Host-desk-login"
LASTS_SECONDS = 600
ALREADY_OVER = "This sign-in was begun elsewhere, or more than 10 minutes ago. Begin again."
NO_ANSWER = "GitLab did not answer. Try again in a minute, or sign in with the token."
Given = Annotated[str, Query(max_length=2000)]


@router.get(WITH_GITLAB)
def leave(request: Request, target: Next = "") -> Response:
    """To GitLab. By a link, not a form: the policy of our pages lets forms lead nowhere else."""
    given = SignInSecrets.new()
    answer = RedirectResponse(_login(request).client.address(given), 303)
    # Lax: it must come along when GitLab sends the browser back.
    value = ".".join((given.state, given.nonce, given.verifier, quote(safe_next(target), safe="")))
    answer.headers.append("Set-Cookie", f"{COOKIE}={value}; Max-Age={LASTS_SECONDS}; {_ATTRIBUTES}")
    return answer


@router.get(RETURNS_FROM_GITLAB)
def come_back(request: Request, code: Given = "", state: Given = "", error: Given = "") -> Response:
    _login(request)
    answer = _entered(request, code, state, error)
    answer.headers.append("Set-Cookie", f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}")  # good for one answer
    return answer


_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


def _login(request: Request) -> GitlabLogin:
    login = access_of(request).gitlab
    if login is None:
        raise HTTPException(404, "Nobody signs in with GitLab here. Sign in with the token.")
    return login


def _entered(request: Request, code: str, state: str, error: str) -> Response:
    parts = request.cookies.get(COOKIE, "").split(".")
    if len(parts) != 4 or not state or state != parts[0]:
        return _refused(request, "", ALREADY_OVER, 400)
    given, target = SignInSecrets(*parts[:3]), safe_next(unquote(parts[3]))
    if error or not code:
        return _refused(request, target, "GitLab did not say who you are. Begin again, and let it.", 401)
    found = _person(request, code, given)
    if not isinstance(found, GitlabPerson):
        return _refused(request, target, *found)
    name, role = f"{PERSON}{found.username}", _login(request).role_of(found)
    if role is None:
        too_often(request, name)
        problem = f"GitLab knows you as {name}, who may not use this desk. Ask whoever runs it."
        return _refused(request, target, problem, 403)
    # Not a redirect: the browser would follow it as GitLab's, and leave our strict cookie out.
    return begin_session(request, name, role, once_more(target), gitlab_id=found.id)


def _person(request: Request, code: str, given: SignInSecrets) -> GitlabPerson | tuple[str, int]:
    """Or what to say, and the status."""
    try:
        return _login(request).person(code, given, access_of(request).now())
    except TooManySignIns:
        return "Others are signing in right now. Begin again in a few seconds.", 503
    except IntegrationError as failed:
        log.warning("gitlab_login_failed", reason=failed.reason)
        if failed.retryable:
            return NO_ANSWER, 503
        return f"{_WHY.get(failed.reason, _WHY_ELSE)} The log says: {failed.reason}.", 401


_WHY_ELSE = "What GitLab said proves nothing. Begin again."
_WHY = {
    "unauthorized": "GitLab does not take DESK_GITLAB_ID and DESK_GITLAB_SECRET. Ask whoever runs this service.",
    "another_gitlab": "GitLab calls itself by another address than GITLAB_URL. Ask whoever runs this service.",
}


def _refused(request: Request, target: str, problem: str, status: int) -> Response:
    return login_response(request, access_of(request).now(), target=target, problem=problem, status=status)
