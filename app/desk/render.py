"""Pages from dicts: the page, its live part alone, its `.json` twin, and what says that something went wrong."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.desk import assets, charts, filters
from app.desk.access import WITH_GITLAB, DeskAccess, reads_pages
from app.desk.page import Content, Page
from app.desk.session import Visitor

LIVE = "live"
_VARY = {"Vary": "HX-Request, HX-Request-Type"}


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
    made.filters.update(filters.FILTERS, share_chart=charts.share_chart, time_chart=charts.time_chart)
    # Not imported by each template: the live part of a page is rendered alone, without what stands around it.
    for name, file in (("parts", "_parts"), ("ticket_parts", "_ticket_parts"), ("charts", "_chart")):
        made.globals[name] = made.get_template(f"{file}.html").module
    return made


@dataclass(frozen=True)
class Asked:
    """A request for a page of the desk."""

    request: Request
    page: Page
    pages: tuple[Page, ...]
    """All there are, for the navigation."""
    now: datetime


def page_response(asked: Asked, content: Content) -> Response:
    """The page; for a tick its live part, or 304 when that is what the tick has already.

    A filter that changes takes what it needs out of the whole page.
    """
    tag, given = _tag(content), asked.request.headers
    template = environment().get_template(asked.page.template)
    wants_all = "hx-request" not in given or given.get("hx-request-type") == "full"
    if wants_all or LIVE not in template.blocks:
        return HTMLResponse(_whole(asked, content, tag), headers=_VARY)
    # The page says it: what a tick gets may have been found for another one, seconds ago.
    headers = {**_VARY, "HX-PTag": tag, "As-Of": asked.now.isoformat(timespec="seconds")}
    if given.get("hx-ptag") == tag:
        return Response(status_code=304, headers=headers)
    context = template.new_context({**content, "desk": _frame(asked, content, tag)})
    return HTMLResponse("".join(template.blocks[LIVE](context)), headers=headers)


def twin_response(content: Content, now: datetime) -> Response:
    """The same dict as the page has."""
    body = to_json({"as_of": now.isoformat(timespec="seconds"), **content}, indent=2)
    return Response(body, media_type="application/json")


def table_response(path: str, rows: Iterable[Sequence[object]]) -> Response:
    """What a spreadsheet opens."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{path.rpartition("/")[2]}"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def problem_response(request: Request, status: int, detail: str, pages: tuple[Page, ...], now: datetime) -> Response:
    """A page that says what is wrong; JSON for those that read no pages."""
    if not reads_pages(request):
        return Response(to_json({"detail": detail}), status, media_type="application/json")
    title = "There is no such page" if detail == NO_SUCH_PAGE else _TITLES.get(status, "That did not work")
    page = Page(request.url.path, title, "problem.html", dict)
    return HTMLResponse(_whole(Asked(request, page, pages, now), {"status": status, "detail": detail}), status)


NO_SUCH_PAGE = "Not Found"
"""What the framework says of an address that nobody answers at."""
_TITLES = {404: "This was not found", 403: "You may not do that", 409: "That cannot be done now"}


def login_response(request: Request, now: datetime, *, target: str, problem: str = "", status: int = 200) -> Response:
    """The form; `target`: where to go with it."""
    asked = Asked(request, Page("/login", "Sign in", "login.html", dict), (), now)
    access: DeskAccess = request.app.state.desk_access
    gitlab = "" if access.gitlab is None else with_query(WITH_GITLAB, {"next": target})
    return HTMLResponse(_whole(asked, {"target": target, "problem": problem, "gitlab": gitlab}), status)


def _whole(asked: Asked, content: Content, tag: str = "") -> str:
    template = environment().get_template(asked.page.template)
    return template.render({**content, "desk": _frame(asked, content, tag)})


def _frame(asked: Asked, content: Content, tag: str) -> dict[str, Any]:
    """What all pages have: who looks, at which page, as of when. In templates it is `desk`."""
    request, page = asked.request, asked.page
    # Not there: it went wrong before anybody looked who asks.
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    query = {name: value for name, value in request.query_params.items() if value}
    kept = {name: content[name] for name in page.tick_keeps}
    return {
        "page": page,
        "nav": [one for one in asked.pages if one.nav],
        "visitor": visitor,
        "path": request.url.path,
        "as_of": asked.now.isoformat(timespec="seconds"),
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
