"""Pages from dicts: the page, its live part alone, its `.json` twin, and what says that something went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.desk import assets, filters
from app.desk.page import Content, Page
from app.desk.session import Visitor

LIVE = "live"
_VARY = {"Vary": "HX-Request"}


@cache
def environment() -> Environment:
    """Strict: what a template names and the page did not give is an error, and all text is escaped."""
    made = Environment(
        loader=PackageLoader("app.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset=assets.address, with_query=with_query)
    made.filters.update(filters.FILTERS)
    return made


def page_response(request: Request, page: Page, content: Content, pages: tuple[Page, ...], now: datetime) -> Response:
    """The page; for a tick its live part, or 304 when that is what the tick has already."""
    tag = _tag(content)
    if "hx-request" not in request.headers:
        return HTMLResponse(_whole(request, page, content, pages, now, tag), headers=_VARY)
    headers = {**_VARY, "HX-PTag": tag}
    if request.headers.get("hx-ptag") == tag:
        return Response(status_code=304, headers=headers)
    template = environment().get_template(page.template)
    context = template.new_context(_values(request, page, content, pages, now, tag))
    return HTMLResponse("".join(template.blocks[LIVE](context)), headers=headers)


def twin_response(content: Content, now: datetime) -> Response:
    """The same dict as the page has."""
    body = to_json({"as_of": now.isoformat(timespec="seconds"), **content}, indent=2)
    return Response(body, media_type="application/json")


def problem_response(request: Request, status: int, detail: str, pages: tuple[Page, ...], now: datetime) -> Response:
    """A page that says what is wrong; JSON for those that read no pages."""
    if request.url.path.endswith(".json") or "hx-request" in request.headers:
        return Response(to_json({"detail": detail}), status, media_type="application/json")
    page = Page(request.url.path, _TITLES.get(status, "That did not work"), "problem.html", dict)
    content = {"status": status, "detail": detail}
    return HTMLResponse(_whole(request, page, content, pages, now, ""), status)


_TITLES = {404: "There is no such page", 403: "You may not do that", 409: "That cannot be done now"}


def login_response(request: Request, *, target: str, problem: str = "", status: int = 200) -> Response:
    template = environment().get_template("login.html")
    page = Page("/login", "Sign in", "login.html", dict)
    desk = _frame(request, page, (), None)
    return HTMLResponse(template.render(desk=desk, target=target, problem=problem), status)


def _whole(request: Request, page: Page, content: Content, pages: tuple[Page, ...], now: datetime, tag: str) -> str:
    template = environment().get_template(page.template)
    return template.render(_values(request, page, content, pages, now, tag))


def _values(
    request: Request, page: Page, content: Content, pages: tuple[Page, ...], now: datetime, tag: str
) -> dict[str, Any]:
    kept = {name: content[name] for name in page.tick_keeps}
    return {**content, "desk": _frame(request, page, pages, now, tag, kept)}


def _frame(
    request: Request,
    page: Page,
    pages: tuple[Page, ...],
    now: datetime | None,
    tag: str = "",
    kept: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """What all pages have: who looks, at which page, as of when. In templates it is `desk`."""
    visitor: Visitor | None = request.state.visitor
    query = {name: value for name, value in request.query_params.items() if value}
    return {
        "page": page,
        "nav": [one for one in pages if one.nav],
        "visitor": visitor,
        "path": request.url.path,
        "as_of": now.isoformat(timespec="seconds") if now else "",
        "tag": tag,
        "query": query,
        "twin": with_query(f"{request.url.path}.json", query),
        "live": with_query(request.url.path, {**query, **kept}),
    }


def with_query(path: str, query: Mapping[str, object]) -> str:
    """Deep links leave out what is empty."""
    given = {name: value for name, value in query.items() if value not in {None, ""}}
    return f"{path}?{urlencode(given)}" if given else path


def _tag(content: Content) -> str:
    return hashlib.sha256(to_json(content)).hexdigest()[:16]
