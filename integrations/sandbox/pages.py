"""Plain pages over the sandbox's state: what an advocate or an engineer would see, with nothing to click that acts."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from integrations.sandbox.api import Refused
from integrations.sandbox.safe_html import cleaned, from_markdown

Item = TypeVar("Item")
Context = dict[str, Any]
LISTED = 500
# Nothing from elsewhere is loaded and no script runs, whatever got into a page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

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


_environment.filters |= {"moment": moment, "cleaned": cleaned, "markdown": from_markdown}


class Pages:
    """The pages of one service, each a GET route. A page's `context` may raise Refused."""

    def __init__(self, service: str, lock: RLock) -> None:
        self._service = service
        self._lock = lock
        self.routes: list[BaseRoute] = []

    def add(self, path: str, template: str, context: Callable[[Mapping[str, Any]], Context]) -> None:
        """`context` gets what the path's pattern caught; it is called and rendered under the lock."""

        async def endpoint(request: Request) -> Response:
            try:
                with self._lock:
                    given = {"service": self._service, **context(request.path_params)}
                    body, status = _environment.get_template(template).render(given), 200
            except Refused as refused:
                body, status = _environment.get_template("missing.html").render(service="Sandbox"), refused.status
            return HTMLResponse(body, status, {"Content-Security-Policy": POLICY})

        self.routes.append(Route(path, endpoint, methods=["GET"]))


def newest(items: Collection[Item]) -> list[Item]:
    """As many as a page lists."""
    return list(items)[: -LISTED - 1 : -1]
