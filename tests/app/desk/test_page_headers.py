"""What goes with each kind of answer, and what no page may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import desk as package
from app.desk import assets
from app.desk.registry import PAGES
from tests.support.desk import Desk

FOLDER = Path(package.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").iterdir())


def test_a_page_says_what_it_may_load_and_is_not_kept(desk: Desk) -> None:
    for answer in (desk.get("/login"), desk.get("/desk/decisions"), desk.get("/desk/none")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"


def test_the_api_keeps_its_own_headers(desk: Desk) -> None:
    answer = desk.get("/api/decisions")
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_files_are_kept_for_ever_under_an_address_of_their_content(desk: Desk) -> None:
    address = assets.address("desk.css")
    plain = desk.get(address, **{"Accept-Encoding": "identity"})
    packed = desk.get(address, **{"Accept-Encoding": "gzip"})
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"].startswith("text/css")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text == (FOLDER / "static" / "desk.css").read_text()


@pytest.mark.parametrize("name", ["none.css", "vendored/lock.json", "../page.py", "%2e%2e/page.py", ""])
def test_nothing_else_is_served(desk: Desk, name: str) -> None:
    answer = desk.get(f"/static/{assets.version()}/{name}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert desk.get("/static/000000000000/desk.css").status_code == 404


def test_an_unknown_page_says_so_to_those_who_may_know(desk: Desk) -> None:
    assert desk.get("/desk/none").status_code == 303
    desk.sign_in()
    answer = desk.get("/desk/none")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_templates_hold_nothing_that_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\|\s*safe\b|\bMarkup\b|autoescape|\bstyle=|<style|javascript:|\son\w+=|hx-on|js:", text)
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r"https?://", text)


def test_each_page_has_a_twin_and_a_title_of_its_own() -> None:
    titles = [page.title for page in PAGES]
    assert len(titles) == len(set(titles))
    keys = [page.key for page in PAGES if page.key]
    assert len(keys) == len(set(keys))


def test_those_who_may_look_may_not_change(desk: Desk) -> None:
    desk.sign_in("read")
    assert desk.post("/desk/pause").status_code == 403
