"""A real browser before the desk's pages. Any violation of their policy, and any error in the console, fails a test."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.desk.access import COOKIE
from app.records.sessions import Role
from tests.support.desk import Desk, open_desk

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
WITHOUT = "no Chromium here (Debian: apt-get install chromium-headless-shell), or no playwright"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DRAWN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""Rules that see how a page is drawn; the others find in a page the same at each width and in each scheme."""
RUN_AXE = """async (rules) => {
  const found = await axe.run({runOnly: rules, resultTypes: ['violations'], preload: false});
  return found.violations.map((one) => one.id + ': ' + one.nodes[0].html.slice(0, 200));
}"""
HOME = "/desk/decisions"
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation',
  (e) => window.__violations.push(e.violatedDirective + ' ' + e.blockedURI));
window.__shifted = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) for (const source of one.hadRecentInput ? [] : one.sources) {
    window.__shifted.push(source.node ? source.node.parentElement.outerHTML.slice(0, 200) : 'gone');
  }
}).observe({type: 'layout-shift', buffered: true});
"""


@dataclass
class Served:
    """The desk on a port of loopback."""

    desk: Desk
    address: str
    browser: Any
    wrong: list[str] = field(default_factory=list)
    """What a page must never do; empty when a test ends."""
    expected: tuple[str, ...] = ()
    """Words of console errors that the test asks for."""
    contexts: list[Any] = field(default_factory=list)

    def page(self, role: Role | None = "operate", *, at: str = HOME, width: int = 1280, **context: Any) -> Any:
        """A fresh browser window at a page, signed in (None: not). `context`: Playwright's options."""
        made = self.browser.new_context(
            viewport={"width": width, "height": 800}, base_url=self.address, reduced_motion="reduce", **context
        )
        self.contexts.append(made)
        made.add_init_script(WATCH)
        page = made.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda one: self._note(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda one: None if one.url.startswith(self.address) else self._note(f"asks {one.url}"))
        if role:
            self._sign_in(page, role)
        if at:
            page.goto(at)
        return page

    def _sign_in(self, page: Any, role: Role) -> None:
        """The form has a test of its own. Cookies of Playwright have a domain, which `__Host-` forbids."""
        value = self.desk.access.book.begin("Ada", role, self.desk.clock())
        cookie = {"name": COOKIE, "value": value, "url": self.address, "path": "/", "secure": True}
        session = page.context.new_cdp_session(page)
        assert session.send("Network.setCookie", cookie)["success"]
        session.detach()

    def _note(self, text: str) -> None:
        if not any(words in text for words in self.expected):
            self.wrong.append(text)

    def close(self) -> None:
        for context in self.contexts:
            for page in context.pages:
                if not page.is_closed() and page.url.startswith(self.address):
                    self.wrong += page.evaluate("window.__violations || []")
            context.close()


def axe(page: Any, rules: list[str] = RULES) -> list[str]:
    """What axe finds, each with the first element. `rules`: their names or tags."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source(AXE))  # `add_script_tag` is what the policy forbids
    found: list[str] = page.evaluate(RUN_AXE, rules)
    return found


@cache
def source(path: Path) -> str:
    return path.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Of one module: while it is open an event loop runs, beside which other modules could start none."""
    if not find_spec("playwright") or BROWSER is None:
        if os.environ.get("POINTSMAN_BROWSER") == "required":
            pytest.fail(WITHOUT)
        pytest.skip(WITHOUT)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the tests without it are skipped

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=BROWSER)
        yield launched
        launched.close()


@pytest.fixture
def served(tmp_path: Path, browser: Any) -> Iterator[Served]:
    with serving(tmp_path, browser) as opened:
        yield opened


@contextmanager
def serving(
    folder: Path, browser: Any, *, port: int = 0, settings: Mapping[str, Any] | None = None
) -> Iterator[Served]:
    """Whoever leaves it has seen nothing that a page must not do."""
    with open_desk(folder, settings=settings) as desk:
        server = uvicorn.Server(uvicorn.Config(desk.app, port=port, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        opened = Served(desk, f"http://127.0.0.1:{port}", browser)
        try:
            yield opened
            opened.close()
        finally:
            server.should_exit = True
            thread.join(timeout=60)
    assert opened.wrong == []
