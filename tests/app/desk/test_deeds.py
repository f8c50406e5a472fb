"""What every button has in common: who may press it, from where, and that it is written down."""

from __future__ import annotations

import re

import pytest

from app.desk.registry import DEEDS, PAGES
from tests.support.desk import OURS, Desk

PATHS = [deed.path for deed in DEEDS]


def address(path: str) -> str:
    return re.sub(r"{\w+}", "7", path)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_without_a_session_and_no_reader_may(desk: Desk, path: str) -> None:
    assert desk.post(address(path)).status_code == 401
    desk.sign_in("read")
    assert desk.post(address(path)).status_code == 403
    assert desk.audited() == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers", [{}, {**OURS, "Sec-Fetch-Site": "same-site"}, {"Origin": "null"}, {"Origin": "https://evil.example"}]
)
def test_a_page_that_is_not_ours_may_not(desk: Desk, path: str, headers: dict[str, str]) -> None:
    desk.sign_in()
    assert desk.post(address(path), headers).status_code == 403
    assert desk.audited() == []


@pytest.mark.parametrize("path", [path for path in PATHS if path not in {page.path for page in PAGES}])
def test_a_link_does_nothing(desk: Desk, path: str) -> None:
    desk.sign_in()
    assert desk.get(address(path)).status_code in {404, 405, 422}
    assert desk.audited() == []


def test_no_path_is_there_twice() -> None:
    for paths in ([page.path for page in PAGES], [deed.path for deed in DEEDS]):
        assert len(paths) == len(set(paths))
