"""The sandbox's README says of each endpoint how well it is known."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

import integrations.sandbox
from integrations.sandbox import Sandbox

README = Path(integrations.sandbox.__file__).with_name("README.md")
NOT_OF_THE_API = "/api/{rest:path}"


def test_each_route_of_the_api_has_a_line_in_the_readme(sandbox: Sandbox) -> None:
    routes = [route for one in (sandbox.zendesk, sandbox.gitlab) for route in one.app.router.routes]
    served = {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path)}"
        for route in routes
        if isinstance(route, Route) and route.path.startswith("/api/") and route.path != NOT_OF_THE_API
        for method in (route.methods or set()) - {"HEAD"}
    }
    listed = set(re.findall(r"^\| `([A-Z]+ [^`]+)` \|", README.read_text(), re.MULTILINE))
    assert listed == {re.sub(r"/api/v\d", "", route) for route in served}
