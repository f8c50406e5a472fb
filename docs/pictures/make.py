"""Makes the pictures of the README again: the demo's pages, seen by a headless Chromium. `make pictures` runs it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, sync_playwright

FOLDER = Path(__file__).parent
POINTSMAN = Path(sys.executable).with_name("pointsman")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
READY = "Ctrl-C"
DESK_SCALE = 1.0
ADDRESSES = {"zendesk": "Zendesk's tickets", "gitlab": "GitLab's issues", "desk": "The desk"}


@dataclass(frozen=True)
class Picture:
    name: str
    service: str
    list_page: str
    shows: str
    """Words in the page's line in the list; the newest line with them is taken. Empty: the list itself."""
    height: int
    scale: float = 1.25
    width: int = 720


PICTURES = (
    Picture("ticket", "zendesk", "/", "LDAP sync removes group owners", 900),
    Picture("issue", "gitlab", "/gitlab-org/gitlab/-/issues", "LDAP sync removes group owners", 760),
    Picture("followed", "zendesk", "/", "gitlab.com down for anybody else", 1182, 1.0),
    Picture("desk-ticket", "desk", "/", "gitlab.com down for anybody else", 860, DESK_SCALE, 1280),
    Picture("desk-decisions", "desk", "/desk/decisions?archetype=feature_request", "", 620, DESK_SCALE, 1280),
    Picture("desk-times", "desk", "/desk/times", "", 590, DESK_SCALE, 1280),
)


def main() -> int:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"No browser found ({', '.join(BROWSERS)}). On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    with demo() as addresses, sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser)
        scales = {one.scale for one in PICTURES}
        windows = {one: launched.new_context(locale="en-GB", device_scale_factor=one) for one in scales}
        windows[DESK_SCALE].new_page().goto(addresses["desk"])  # the link signs in once
        for picture in PICTURES:
            address = at_desk(picture, addresses) if picture.service == "desk" else shown(picture, addresses)
            take(windows[picture.scale], address, picture)
            print(f"{FOLDER / picture.name}.png  {address}")
        launched.close()
    return 0


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """The addresses of a demo that has worked through its tickets, and stays."""
    running = subprocess.Popen([POINTSMAN, "demo"], stdout=subprocess.PIPE, text=True)
    try:
        said = []
        for line in running.stdout or ():
            said.append(line)
            if READY in line:
                break
        else:
            raise SystemExit("The demo did not start:\n" + "".join(said))
        yield {name: line.split()[-1] for name, begins in ADDRESSES.items() for line in said if line.startswith(begins)}
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=30)


def shown(picture: Picture, addresses: dict[str, str]) -> str:
    return page_of(picture, addresses[picture.service])


def at_desk(picture: Picture, addresses: dict[str, str]) -> str:
    """A page of the desk: its own, or the one of the ticket that Zendesk's list shows."""
    page = picture.list_page
    if picture.shows:
        page = "/desk/tickets/" + page_of(picture, addresses["zendesk"]).rpartition("/")[2]
    return urljoin(addresses["desk"], page)


def page_of(picture: Picture, address: str) -> str:
    """The page behind the first line of the list that shows the picture's words."""
    with urllib.request.urlopen(address + picture.list_page) as answer:  # our own sandbox, on loopback
        rows = answer.read().decode().split("<tr>")
    row = next(row for row in rows if picture.shows in row)
    found = re.search(r'href="([^"]+)"', row)
    if found is None:
        raise SystemExit(f"No link beside {picture.shows!r} on {address}{picture.list_page}")
    return found[1] if found[1].startswith("http") else address + found[1]


def take(window: BrowserContext, address: str, picture: Picture) -> None:
    page = window.new_page()
    page.set_viewport_size({"width": picture.width, "height": picture.height})
    page.goto(address)
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    page.close()


if __name__ == "__main__":
    raise SystemExit(main())
