"""The way in and out: the token is typed once, and a cookie stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from unicodedata import category, normalize

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.desk.access import COOKIE, HOME, LOGIN, LOGOUT, ONCE, PAGES, DeskAccess, safe_next, session_cookie
from app.desk.page import SHORT_DIGEST, FormDep
from app.desk.render import login_response
from app.desk.session import PERSON, Visitor, digest_of
from app.records.audit import AuditEntry
from app.records.sessions import Role

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)

Next = Annotated[str, Query(alias="next")]
NAMES = {"operate": "operator", "read": "reader"}


def access_of(request: Request) -> DeskAccess:
    access: DeskAccess = request.app.state.desk_access
    return access


@router.get(PAGES)
def front() -> Response:
    return RedirectResponse(HOME, 303)


@router.get(LOGIN)
def form(request: Request, target: Next = "") -> Response:
    if request.state.visitor is not None:
        return RedirectResponse(safe_next(target), 303)
    return login_response(request, access_of(request).now(), target=target)


@router.post(LOGIN)
def login(request: Request, form: FormDep) -> Response:
    """Another session with each sign-in: one that was there before is ended, not continued."""
    access = access_of(request)
    target = form.get("next", "")
    role = access.book.role_of(form.get("token", "").strip())
    if role is None:
        problem, status = _refused(request)
        return login_response(request, access.now(), target=target, problem=problem, status=status)
    name = shown_name(form.get("name", "")) or NAMES[role]
    return _let_in(request, name, role, target)


def _refused(request: Request) -> tuple[str, int]:
    """What to say."""
    if too_often(request, "somebody"):
        return "Too many wrong tokens. Wait a minute, then try again.", 429
    return "That is not the token. It is the value of DESK_TOKEN or DESK_READ_TOKEN.", 401


def too_often(request: Request, name: str) -> bool:
    """Counts one who is not let in. The audit has one row for however many come in a row: strangers must not be able
    to fill it.
    """
    access = access_of(request)
    count = access.login_limit.count(access.now())
    if count > access.login_limit.most:
        return True
    log.warning("login_refused")
    if count == 1:
        _note(request, "sign-in refused", name)
    return False


def shown_name(typed: str) -> str:
    """Without what is not seen: it could turn the text around it, or look like another's name.

    Without @ too: with it begin the names that GitLab vouches for.
    """
    seen = "".join(" " if one.isspace() else one for one in typed if one.isspace() or category(one)[0] != "C")
    seen = "".join(one for one in seen if PERSON not in normalize("NFKC", one))
    return " ".join(seen.split())[:60].strip()


@router.get(f"{ONCE}{{secret}}")
def login_once(request: Request, secret: str, target: Next = "") -> Response:
    """A link that was printed at the start. It is followed from a terminal, so that no form stands before it."""
    access = access_of(request)
    if not access.invitations.take(secret, access.now()):
        problem = "This link was used before, or is too old. Sign in with the token."
        return login_response(request, access.now(), target="", problem=problem, status=401)
    return _let_in(request, NAMES["operate"], "operate", target)


def _let_in(request: Request, name: str, role: Role, target: str) -> Response:
    return begin_session(request, name, role, RedirectResponse(safe_next(target), 303))


def begin_session(request: Request, name: str, role: Role, answer: Response, *, gitlab_id: str = "") -> Response:
    """`answer`, with a new session's cookie. `gitlab_id`: GitLab vouches for the name, else the token's holder does."""
    access = access_of(request)
    access.book.end(request.cookies.get(COOKIE, ""))
    value = access.book.begin(name, role, access.now(), by_gitlab=bool(gitlab_id))
    _note(request, "sign in", name, role, digest_of(value), after={"gitlab_id": gitlab_id} if gitlab_id else None)
    answer.headers.update(session_cookie(value))
    return answer


@router.post(LOGOUT)
def logout(request: Request, form: FormDep) -> Response:
    """With the field `everywhere` all sessions of that name."""
    visitor: Visitor | None = request.state.visitor
    book = access_of(request).book
    if visitor is not None:
        everywhere = "everywhere" in form
        what = "sign out everywhere" if everywhere else "sign out"
        _note(request, what, visitor.name, visitor.role, visitor.digest)
        if everywhere:
            book.end_all_of(visitor)
    book.end(request.cookies.get(COOKIE, ""))
    return RedirectResponse(LOGIN, 303, headers=session_cookie(""))


def _note(
    request: Request, what: str, name: str, role: str = "", digest: str = "", *, after: Mapping[str, str] | None = None
) -> None:
    at = access_of(request).now().isoformat()
    session = digest[:SHORT_DIGEST]
    entry = AuditEntry(at=at, session=session, name=name, role=role, what=what, about="the desk", after=after)
    request.app.state.service.deps.records.audit.add(entry)
