"""Signing in with GitLab in a real browser, whose rules for cookies and redirects no other client has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from integrations.sandbox import GitlabSandbox
from integrations.sandbox.clock import Clock as SandboxClock
from tests.browser.conftest import Served, axe, serving
from tests.support.fakes import NOW
from tests.support.processes import free_port


@pytest.fixture
def gitlab() -> Iterator[GitlabSandbox]:
    clock = SandboxClock()
    clock.hold(NOW)
    sandbox = GitlabSandbox(clock)
    sandbox.start()
    sandbox.add_person("ada")
    sandbox.set_groups("ada", "community")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def named(tmp_path: Path, browser: Any, gitlab: GitlabSandbox) -> Iterator[Served]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    gitlab.return_only_to(f"{address}/login/gitlab/callback")
    settings = {
        "desk_url": address,
        "gitlab_url": gitlab.url,
        "desk_gitlab_id": gitlab.application_id,
        "desk_gitlab_secret": SecretStr(gitlab.application_secret),
        "desk_operators": ("community",),
    }
    with serving(tmp_path, browser, port=port, settings=settings) as opened:
        yield opened


def sign_in(page: Any) -> None:
    page.goto("/desk/audit?what=sign+in")
    page.click("text=Sign in with GitLab")
    page.click("text=@ada")
    page.wait_for_url("**/desk/audit?what=sign+in")


def test_a_person_comes_back_signed_in_and_signs_out_everywhere(named: Served, gitlab: GitlabSandbox) -> None:
    named.expected = (f"asks {gitlab.url}", "favicon")
    page, elsewhere = named.page(None), named.page(None)
    page.goto("/login")
    assert axe(page) == []
    sign_in(page)
    sign_in(elsewhere)
    assert page.inner_text(".who span") == "@ada"
    assert {one["sameSite"] for one in page.context.cookies()} == {"Strict"}, "that of the way there is gone"
    page.click("text=Sign out everywhere")
    page.wait_for_url("**/login")
    elsewhere.goto("/desk/audit")
    elsewhere.wait_for_url("**/login*")
