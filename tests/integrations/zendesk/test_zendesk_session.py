"""zenpy's fixed address is led to the configured one, without environment variables, and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from integrations.errors import Refused
from integrations.zendesk import ZendeskClient


class Recorder(BaseAdapter):
    """Stands where the network would be."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.requests.append(request.copy())
        response = requests.Response()
        response.status_code = 200
        response.request = request
        response.url = request.url or ""
        response._content = b'{"user": {"id": 5, "role": "agent"}, "ticket": {"id": 1}}'
        return response

    def close(self) -> None:
        pass


@pytest.fixture
def network() -> Recorder:
    return Recorder()


@pytest.fixture
def client(network: Recorder) -> Iterator[ZendeskClient]:
    client = ZendeskClient("https://acme.zendesk.com", email="bot@acme.example", token="t0ken")
    client._session.mount("https://", network)
    yield client
    client.close()


def test_calls_the_account_it_was_made_for(client: ZendeskClient, network: Recorder) -> None:
    assert client.me().id == 5

    sent = network.requests[0]
    assert sent.url == "https://acme.zendesk.com/api/v2/users/me.json"
    assert sent.headers["Authorization"] == requests.auth._basic_auth_str("bot@acme.example/token", "t0ken")
    assert sent.headers["User-Agent"].startswith("pointsman/")


def test_an_environment_that_diverts_zenpy_is_refused(
    client: ZendeskClient, network: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", "evil.example")

    with pytest.raises(Refused) as caught:
        client.me()

    assert caught.value.reason == "foreign_host"
    assert network.requests == []
