"""Plain pages over the sandbox's state: what an advocate or an engineer sees, and forms for what they would do."""

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from integrations.sandbox.api import Refused
from integrations.sandbox.safe_html import cleaned, from_markdown

Item = TypeVar("Item")
Context = dict[str, Any]
Form = Mapping[str, str]
"""The fields of a form as they were entered."""
LISTED = 500
# Nothing from elsewhere is loaded and no script runs, whatever got into a page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
LONGEST_FORM = 200_000

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def moment(stamp: str) -> str:
    """`2026-01-02T03:04:05.678Z` -> `2026-01-02 03:04:05 UTC`."""
    return f"{stamp[:10]} {stamp[11:19]} UTC"


def readable_json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


_environment.filters |= {"moment": moment, "cleaned": cleaned, "markdown": from_markdown, "json": readable_json}


class Pages:
    """The pages of one service: a page is a GET route, a form a POST route. What serves them may raise Refused."""

    def __init__(self, service: str, lock: RLock) -> None:
        self._service = service
        self._lock = lock
        self.routes: list[BaseRoute] = []

    def add(self, path: str, template: str, context: Callable[[Mapping[str, Any]], Context]) -> None:
        """`context` gets the query and what the path's pattern caught; it is called and rendered under the lock."""

        async def endpoint(request: Request) -> Response:
            with self._lock:
                return self._page(template, context, {**request.query_params, **request.path_params})

        self.routes.append(Route(path, endpoint, methods=["GET"]))

    def add_slow(self, path: str, template: str, context: Callable[[Mapping[str, Any]], Context]) -> None:
        """As `add`, for a context that asks others: in a thread and without the lock, which they may wait for."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._page, template, context, request.path_params)

        self.routes.append(Route(path, endpoint, methods=["GET"]))

    def add_form(self, path: str, act: Callable[[Mapping[str, Any], Form], str]) -> None:
        """`act` gets what the path caught and what was entered; it returns the path of the page to show then."""

        async def endpoint(request: Request) -> Response:
            if not _from_own_page(request):
                return self._refusal("Only a form of this page may send this.", 403)
            body = await request.body()
            if len(body) > LONGEST_FORM:
                return self._refusal("The text is too long.", 413)
            try:
                entered = dict(parse_qsl(body.decode(), keep_blank_values=True))
                with self._lock:
                    return RedirectResponse(act(request.path_params, entered), 303)
            except Refused as refused:
                return self._refusal(_told(refused), refused.status)
            except (KeyError, ValueError) as error:
                return self._refusal(f"This was not understood: {error}", 400)

        self.routes.append(Route(path, endpoint, methods=["POST"]))

    def _page(self, template: str, context: Callable[[Mapping[str, Any]], Context], at: Mapping[str, Any]) -> Response:
        try:
            return _rendered(template, {"service": self._service, **context(at)})
        except Refused as refused:
            return self._refusal("There is nothing at this address.", refused.status)

    def _refusal(self, told: str, status: int) -> Response:
        return _rendered("refused.html", {"service": self._service, "told": told}, status)


def _rendered(template: str, context: Context, status: int = 200) -> Response:
    body = _environment.get_template(template).render(context)
    return HTMLResponse(body, status, {"Content-Security-Policy": POLICY})


def _from_own_page(request: Request) -> bool:
    """Browsers name the page that sends a form; what is no browser (curl) names none."""
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return False
    return request.headers.get("origin", f"http://{host}") == f"http://{host}"


def _told(refused: Refused) -> str:
    body = refused.body if isinstance(refused.body, dict) else {}
    problems = [one["description"] for listed in body.get("details", {}).values() for one in listed]
    return " ".join(problems) or str(body.get("description") or body.get("message") or refused)


def newest(items: Collection[Item]) -> list[Item]:
    """As many as a page lists."""
    return list(items)[: -LISTED - 1 : -1]
