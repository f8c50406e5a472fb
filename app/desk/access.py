"""Who may do what at the desk, and which requests are taken for a person's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.desk.session import SessionBook, Visitor

COOKIE = "__Host-desk"
HOME = "/desk/decisions"
LOGIN = "/login"
LOGOUT = "/logout"
OPEN = frozenset({LOGIN, LOGOUT})
STATIC = "/static/"
PAGES = "/desk"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FOR_ALL = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"content-security-policy", _POLICY.encode()),
    # Not `no-referrer`: browsers would send `Origin: null` with our own forms.
    (b"referrer-policy", b"same-origin"),
)
PAGE_HEADERS = (*_FOR_ALL, (b"cache-control", b"no-store"))
# Their address changes with what is in them.
STATIC_HEADERS = (*_FOR_ALL, (b"cache-control", b"public, max-age=31536000, immutable"))


def is_of_desk(path: str) -> bool:
    return path in OPEN or path == PAGES or path.startswith((f"{PAGES}/", STATIC))


def headers_of(path: str, status: int) -> tuple[tuple[bytes, bytes], ...]:
    """What goes with an answer of the desk."""
    return STATIC_HEADERS if path.startswith(STATIC) and status == 200 else PAGE_HEADERS


def forged(headers: Headers, own: str) -> bool:
    """Whether a POST may come from a page that is not ours. `own`: our origin, empty where it is not known."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"  # `same-site` is another port or subdomain; `none` is no form of ours
    return not own or headers.get("origin") != own


def forged_login(headers: Headers, own: str) -> bool:
    """As `forged`, but a program may sign in: it sends neither header, which no browser leaves out of a POST."""
    return ("sec-fetch-site" in headers or "origin" in headers) and forged(headers, own)


@dataclass
class LoginLimit:
    """Bounds wrong tokens: so many a minute, from all callers together. For one process."""

    most: int = 5
    window: timedelta = timedelta(minutes=1)
    _wrong: list[datetime] = field(default_factory=list)

    def is_reached(self, now: datetime) -> bool:
        """Counts one more."""
        recent = [at for at in self._wrong if now - at < self.window]
        self._wrong = [*recent[-self.most :], now]
        return len(self._wrong) > self.most


@dataclass(frozen=True)
class DeskAccess:
    """Lets requests to the desk in, or says how they are refused."""

    book: SessionBook
    own: str
    """The desk's origin, `https://pointsman.example.com`."""
    now: Callable[[], datetime]
    login_limit: LoginLimit = field(default_factory=LoginLimit)

    async def refusal(self, request: Request) -> Response | None:
        """None: it may go on, with its visitor in `request.state.visitor`."""
        path, method = request.url.path, request.method
        request.state.visitor = await run_in_threadpool(self._visitor, request)
        if path.startswith(STATIC):
            return None
        if method not in {"GET", "HEAD"}:
            is_forged = forged_login if path == LOGIN else forged
            if is_forged(request.headers, self.own):
                return JSONResponse({"detail": "This did not come from a page of the desk."}, 403)
        if path in OPEN:
            return None
        visitor: Visitor | None = request.state.visitor
        if visitor is None:
            return _sign_in(request)
        if method not in {"GET", "HEAD"} and not visitor.may_operate and path not in READ_POSTS:
            return JSONResponse({"detail": "You may look, and not change anything."}, 403)
        return None

    def _visitor(self, request: Request) -> Visitor | None:
        value = request.cookies.get(COOKIE, "")
        return self.book.find(value, self.now(), uses=not is_tick(request))


READ_POSTS = frozenset({"/desk/playground"})
"""Those that change nothing."""


def is_tick(request: Request) -> bool:
    """A page that is open asks for news: nobody needs to sit before it."""
    return request.method == "GET" and "hx-ptag" in request.headers


def _sign_in(request: Request) -> Response:
    wants_page = not request.url.path.endswith(".json") or "text/html" in request.headers.get("accept", "")
    if "hx-request" in request.headers or not wants_page or request.method != "GET":
        return JSONResponse({"detail": "You are signed out."}, 401)
    query = request.scope["query_string"].decode("latin-1")
    here = quote(request.scope["path"]) + (f"?{query}" if query else "")
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        return _once_more(here)
    asked_for = "" if here in {PAGES, HOME} else f"?next={quote(here, safe='')}"
    return RedirectResponse(LOGIN + asked_for, 303)


def _once_more(here: str) -> Response:
    """The browser left the cookie out because the link stood on another site: from our own page it sends it."""
    target = escape(here)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pointsman</title>'
        f'<meta http-equiv="refresh" content="0; url={target}"><p><a href="{target}">Open the page</a>'
    )
    return HTMLResponse(page)


def safe_next(address: str) -> str:
    """Where to go after signing in: a page of ours, whatever the address says."""
    is_ours = address.startswith(f"{PAGES}/") and "\\" not in address and "//" not in address and address.isprintable()
    return address if is_ours else HOME


def session_cookie(value: str) -> Mapping[str, str]:
    """The header that sets it; an empty value ends it."""
    ends = "; Max-Age=0" if not value else ""
    return {"Set-Cookie": f"{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{ends}"}
