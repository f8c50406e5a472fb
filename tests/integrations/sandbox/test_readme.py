"""The sandbox's README says of each endpoint how well it is known."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

import integrations.sandbox
from integrations.sandbox import Sandbox
from integrations.sandbox.service import Service

README = Path(integrations.sandbox.__file__).with_name("README.md")
NOT_OF_THE_API = "/api/{rest:path}"
CONTROLS = "/sandbox"


def test_each_route_of_the_api_has_a_line_in_the_readme(sandbox: Sandbox) -> None:
    of_apis = [
        route
        for one in (sandbox.zendesk, sandbox.gitlab)
        for route in paths(one)
        if route.path.startswith("/api/") and route.path != NOT_OF_THE_API
    ]
    of_feeds = [route for route in paths(sandbox.feeds) if not route.path.startswith(CONTROLS)]
    served = {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path)}"
        for route in (*of_apis, *of_feeds)
        for method in (route.methods or set()) - {"HEAD"}
    }
    listed = set(re.findall(r"^\| `([A-Z]+ [^`]+)` \|", README.read_text(), re.MULTILINE))
    assert listed == {re.sub(r" /api/v\d", " ", route) for route in served}


def paths(service: Service) -> list[Route]:
    return [route for route in service.app.router.routes if isinstance(route, Route)]
