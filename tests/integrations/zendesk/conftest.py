"""A client on the sandbox's Zendesk, and what it sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from integrations.sandbox import Sandbox
from integrations.zendesk import ZendeskClient


class Sent:
    """What was sent, as it left: body and Idempotency-Key."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.keys: list[str | None] = []

    def note(self, response: requests.Response, **_: object) -> None:
        request = response.request
        if request.body:
            self.bodies.append(json.loads(request.body))
            self.keys.append(request.headers.get("Idempotency-Key"))


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.zendesk.faults.clear()
    running.zendesk.speak("en")
    running.zendesk.calls_clear()
    yield running
    running.clock.release()


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def client(sandbox: Sandbox, sent: Sent) -> Iterator[ZendeskClient]:
    zendesk = sandbox.zendesk
    client = ZendeskClient(zendesk.url, email=zendesk.email, token=zendesk.token)
    client._session.hooks["response"].insert(0, sent.note)
    yield client
    client.close()


@pytest.fixture
def hasty(sandbox: Sandbox) -> Iterator[ZendeskClient]:
    """Gives up before a delayed answer comes."""
    zendesk = sandbox.zendesk
    client = ZendeskClient(zendesk.url, email=zendesk.email, token=zendesk.token, timeout=(1, 0.3))
    yield client
    client.close()


def asked(sandbox: Sandbox) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Method, path and query of each call."""
    return [(call.method, call.path, parse_qs(call.query)) for call in sandbox.zendesk.calls]


def tickets(sandbox: Sandbox, count: int) -> list[int]:
    return [sandbox.zendesk.create_ticket(subject=f"no. {n}", body="x", tags=[f"own{n}"]) for n in range(count)]
