"""The way in and out: the token is typed once, and a cookie stands for it."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.desk.access import COOKIE, HOME, LOGIN, LOGOUT, PAGES, DeskAccess, safe_next, session_cookie
from app.desk.page import FormDep
from app.desk.render import login_response

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)

Next = Annotated[str, Query(max_length=4000, alias="next")]
NAMES = {"operate": "operator", "read": "reader"}


def _access(request: Request) -> DeskAccess:
    access: DeskAccess = request.app.state.desk_access
    return access


@router.get(PAGES)
def front() -> Response:
    return RedirectResponse(HOME, 303)


@router.get(LOGIN)
def form(request: Request, target: Next = "") -> Response:
    if request.state.visitor is not None:
        return RedirectResponse(safe_next(target), 303)
    return login_response(request, _access(request).now(), target=target)


@router.post(LOGIN)
def login(request: Request, form: FormDep) -> Response:
    """Another session with each sign-in: one that was there before is ended, not continued."""
    access = _access(request)
    target = form.get("next", "")
    role = access.book.role_of(form.get("token", "").strip())
    if role is None:
        if access.login_limit.is_reached(access.now()):
            problem, status = "Too many wrong tokens. Wait a minute, then try again.", 429
        else:
            log.warning("login_refused")
            problem, status = "That is not the token. It is the value of DESK_TOKEN or DESK_READ_TOKEN.", 401
        return login_response(request, access.now(), target=target, problem=problem, status=status)
    access.book.end(request.cookies.get(COOKIE, ""))
    name = " ".join(form.get("name", "").split())[:60] or NAMES[role]
    value = access.book.begin(name, role, access.now())
    return RedirectResponse(safe_next(target), 303, headers=session_cookie(value))


@router.post(LOGOUT)
def logout(request: Request) -> Response:
    _access(request).book.end(request.cookies.get(COOKIE, ""))
    return RedirectResponse(LOGIN, 303, headers=session_cookie(""))
