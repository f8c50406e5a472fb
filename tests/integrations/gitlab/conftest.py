"""A client on the sandbox's GitLab, and what it asked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from integrations.gitlab import GitLabClient
from integrations.sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.gitlab.faults.clear()
    running.gitlab.calls_clear()
    yield running
    running.clock.release()


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[GitLabClient]:
    client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token)
    yield client
    client.close()


@pytest.fixture
def hasty(sandbox: Sandbox) -> Iterator[GitLabClient]:
    """Gives up before a delayed answer comes."""
    client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token, timeout=(1, 0.3))
    yield client
    client.close()


@pytest.fixture
def project_id(running: Sandbox) -> int:
    """A project of its own for each test."""
    return running.gitlab.add_project(f"acme/p{len(running.gitlab.projects())}")


def asked(sandbox: Sandbox) -> list[tuple[str, str, dict[str, str]]]:
    """Method, path and query of each call."""
    return [(call.method, call.path, dict(parse_qsl(call.query))) for call in sandbox.gitlab.calls]
