"""Who may do what at the desk, and which requests are taken for a person's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.desk.people import GitlabLogin
from app.desk.session import SessionBook, Visitor

COOKIE = "__Host-desk"
HOME = "/desk/decisions"
LOGIN = "/login"
LOGOUT = "/logout"
ONCE = f"{LOGIN}/once/"
WITH_GITLAB = f"{LOGIN}/gitlab"
RETURNS_FROM_GITLAB = f"{WITH_GITLAB}/callback"
OPEN = frozenset({LOGIN, LOGOUT, WITH_GITLAB, RETURNS_FROM_GITLAB})
STATIC = "/static/"
PAGES = "/desk"
LONGEST_NEXT = 4000

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
    return path in OPEN or path == PAGES or path.startswith((f"{PAGES}/", STATIC, ONCE))


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
    """Bounds what wrong tokens cost and write: so many a minute, from all callers together. For one process.

    The right token is let in whatever this says, so that nobody can lock people out. What stops a guess is its length.
    """

    most: int = 5
    window: timedelta = timedelta(minutes=1)
    _wrong: list[datetime] = field(default_factory=list)

    def count(self, now: datetime) -> int:
        """Counts one more; how many there were in the window, at most one more than may be."""
        recent = [at for at in self._wrong if now - at < self.window]
        self._wrong = [*recent[-self.most :], now]
        return len(self._wrong)


@dataclass
class Invitations:
    """Links that sign in once. Kept in memory: they are for whoever sees this process's own output.

    Only the demo makes them. Whoever serves for others has none open.
    """

    lasts: timedelta = timedelta(hours=1)
    _open: dict[str, datetime] = field(default_factory=dict)

    def make(self, now: datetime) -> str:
        """The path of the link."""
        secret = secrets.token_urlsafe(32)
        self._open[secret] = now
        return ONCE + secret

    def take(self, secret: str, now: datetime) -> bool:
        """Whether it is one, and still good; it is not any more afterwards."""
        made = self._open.pop(secret, None)
        return made is not None and now - made < self.lasts


@dataclass(frozen=True)
class DeskAccess:
    """Lets requests to the desk in, or says how they are refused."""

    book: SessionBook
    own: str
    """The desk's origin, `https://pointsman.example.com`."""
    now: Callable[[], datetime]
    refuse: Callable[[Request, int, str], Response]
    """How a refusal looks: a page to people, JSON to the rest."""
    gitlab: GitlabLogin | None = None
    """None: only tokens sign in."""
    login_limit: LoginLimit = field(default_factory=LoginLimit)
    invitations: Invitations = field(default_factory=Invitations)

    def invite(self) -> str:
        """The path of a link that signs in once, to operate."""
        return self.invitations.make(self.now())

    async def refusal(self, request: Request) -> Response | None:
        """None: it may go on, with its visitor in `request.state.visitor`."""
        path, method = request.url.path, request.method
        if path.startswith(STATIC):
            return None  # what everybody may have costs no query
        request.state.visitor = self._recalled(request) or await run_in_threadpool(self._visitor, request)
        if method not in {"GET", "HEAD"}:
            is_forged = forged_login if path == LOGIN else forged
            if is_forged(request.headers, self.own):
                return self.refuse(request, 403, _why_forged(request.headers, self.own))
        if path in OPEN or path.startswith(ONCE):
            return None
        visitor: Visitor | None = request.state.visitor
        if visitor is None:
            return self._sign_in(request)
        if method not in {"GET", "HEAD"} and not visitor.may_operate and path not in READ_POSTS:
            detail = "You may look, and not change anything. The value of DESK_TOKEN signs in to do that."
            return self.refuse(request, 403, detail)
        return None

    def _sign_in(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return self.refuse(request, 401, "You are signed out, and nothing was done. Sign in, then press it again.")
        if not reads_pages(request):
            return self.refuse(request, 401, "You are signed out.")
        query = request.scope["query_string"].decode("latin-1")
        here = quote(request.scope["path"]) + (f"?{query}" if query else "")
        if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            return once_more(here)
        asked_for = "" if here in {PAGES, HOME} else f"?next={quote(here, safe='')}"
        return RedirectResponse(LOGIN + asked_for, 303)

    def _recalled(self, request: Request) -> Visitor | None:
        """Of a tick alone: what a person does asks the database, so that whoever signed out is out."""
        value = request.cookies.get(COOKIE, "")
        return self.book.recall(value, self.now()) if value and is_tick(request) else None

    def _visitor(self, request: Request) -> Visitor | None:
        value = request.cookies.get(COOKIE, "")
        return self.book.find(value, self.now(), uses=not is_tick(request))


READ_POSTS = frozenset({"/desk/playground"})
"""Those that change nothing."""


def is_tick(request: Request) -> bool:
    """A page that is open asks for news: nobody needs to sit before it."""
    return request.method == "GET" and "hx-ptag" in request.headers


def reads_pages(request: Request) -> bool:
    """Else it is a script or a program, which reads JSON."""
    path, is_followed = request.url.path, "text/html" in request.headers.get("accept", "")
    return "hx-request" not in request.headers and (is_followed or not path.endswith((".json", ".csv")))


def page_before(request: Request) -> str:
    """The page with the button; our own policy lets the browser name it in full."""
    before = urlsplit(request.headers.get("referer", ""))
    return safe_next(f"{before.path}?{before.query}" if before.query else before.path)


def _why_forged(headers: Headers, own: str) -> str:
    """Over plain http a browser keeps no cookie of ours, and names another origin: it would go round and round."""
    if headers.get("origin", "").startswith("http://") and own.startswith("https://"):
        return f"The desk needs https: browsers keep its cookie nowhere else. Open it at {own}{PAGES}."
    return "This did not come from a page of the desk. Load the page again, and press it there."


def once_more(here: str) -> Response:
    """The browser left the cookie out because it comes from another site: from our own page it sends it."""
    target = escape(here)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pointsman</title>'
        f'<meta http-equiv="refresh" content="0; url={target}"><p><a href="{target}">Open the page</a>'
    )
    return HTMLResponse(page)


def safe_next(address: str) -> str:
    """Where to go after signing in: a page of ours, whatever the address says."""
    path = address.partition("?")[0]
    is_path = path.startswith(f"{PAGES}/") and "//" not in path and "\\" not in path
    return address if is_path and address.isprintable() and len(address) <= LONGEST_NEXT else HOME


def session_cookie(value: str) -> Mapping[str, str]:
    """The header that sets it; an empty value ends it."""
    ends = "; Max-Age=0" if not value else ""
    return {"Set-Cookie": f"{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{ends}"}
