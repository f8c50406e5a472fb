"""The way in and out: the token is typed once, and a cookie stands for it."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.desk.access import COOKIE, HOME, LOGIN, LOGOUT, ONCE, PAGES, DeskAccess, safe_next, session_cookie
from app.desk.page import SHORT_DIGEST, FormDep
from app.desk.render import login_response
from app.desk.session import digest_of
from app.records.audit import AuditEntry
from app.records.sessions import Role

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
    name = " ".join(form.get("name", "").split())[:60] or NAMES[role]
    return _let_in(request, name, role, target)


@router.get(f"{ONCE}{{secret}}")
def login_once(request: Request, secret: str, target: Next = "") -> Response:
    """A link that was printed at the start. It is followed from a terminal, so that no form stands before it."""
    access = _access(request)
    if not access.invitations.take(secret, access.now()):
        problem = "This link was used before, or is too old. Sign in with the token."
        return login_response(request, access.now(), target="", problem=problem, status=401)
    return _let_in(request, NAMES["operate"], "operate", target)


def _let_in(request: Request, name: str, role: Role, target: str) -> Response:
    access, now = _access(request), _access(request).now()
    access.book.end(request.cookies.get(COOKIE, ""))
    value = access.book.begin(name, role, now)
    request.app.state.service.deps.records.audit.add(
        AuditEntry(
            at=now.isoformat(),
            session=digest_of(value)[:SHORT_DIGEST],
            name=name,
            role=role,
            what="sign in",
            about="the desk",
        )
    )
    return RedirectResponse(safe_next(target), 303, headers=session_cookie(value))


@router.post(LOGOUT)
def logout(request: Request) -> Response:
    _access(request).book.end(request.cookies.get(COOKIE, ""))
    return RedirectResponse(LOGIN, 303, headers=session_cookie(""))
