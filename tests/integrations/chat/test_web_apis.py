"""Slack's and Mattermost's Web APIs: a message, the link to it, finding it again, and what a refusal means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from integrations.chat import ChatChannels, Mattermost, Slack
from integrations.errors import (
    IntegrationError,
    NotFound,
    RateLimited,
    Refused,
    UnknownOutcome,
)
from integrations.sandbox import ChatSandbox, Clock
from integrations.sandbox.chat_api import MATTERMOST_KEY, SLACK_KEY

API = "https://slack.com/api"
SERVER = "https://chat.example.com"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[ChatSandbox]:
    chat = ChatSandbox(Clock())
    chat.start()
    yield chat
    chat.stop()


@pytest.fixture(params=["slack", "mattermost"])
def chat(request: pytest.FixtureRequest, sandbox: ChatSandbox) -> Iterator[ChatChannels]:
    chat: ChatChannels
    if request.param == "slack":
        chat = Slack.at(f"{sandbox.url}/api", SLACK_KEY)
    else:
        chat = Mattermost.at(sandbox.url, MATTERMOST_KEY)
    yield chat
    chat.close()


def test_the_link_leads_to_the_message(chat: ChatChannels, sandbox: ChatSandbox) -> None:
    link = chat.send("C1", "Who knows LDAP?", "k1")
    assert link.startswith(f"{sandbox.url}/")
    assert "Who knows LDAP?" in httpx.get(link).text


def test_a_message_is_found_by_its_key_in_its_channel_alone(chat: ChatChannels) -> None:
    link = chat.send("C2", "one", "k2")
    chat.send("C2", "another", "k3")
    assert chat.find("C2", "k2", LONG_AGO) == link
    assert chat.find("C2", "k4", LONG_AGO) is None
    assert chat.find("C3", "k2", LONG_AGO) is None
    assert chat.find("C2", "k2", datetime.now(UTC) + timedelta(days=1)) is None


def test_an_unknown_channel_is_not_there(chat: ChatChannels) -> None:
    with pytest.raises(NotFound):
        chat.send("no_such", "Who?", "k5")


@respx.mock
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"ok": False, "error": "channel_not_found"}, NotFound),
        ({"ok": False, "error": "not_in_channel"}, NotFound),
        ({"ok": False, "error": "invalid_auth"}, Refused),
        ({"ok": False, "error": "missing_scope"}, Refused),
        ({"ok": False, "error": "<script>"}, Refused),
        ({"ok": False, "error": "ratelimited"}, RateLimited),
        ({"ok": False, "error": "internal_error"}, UnknownOutcome),
        ({"unexpected": 1}, UnknownOutcome),
        ([], UnknownOutcome),
    ],
)
def test_what_slack_says_inside_an_answer_of_200(answer: object, kind: type[IntegrationError]) -> None:
    respx.post(f"{API}/chat.postMessage").respond(200, json=answer)
    with pytest.raises(IntegrationError) as caught:
        Slack.at("", "xoxb-secret").send("C1", "Who?", "k")
    assert type(caught.value) is kind
    assert "script" not in str(caught.value)
    assert "xoxb-secret" not in repr(caught.value.args)


@respx.mock
def test_a_message_whose_link_is_not_given_is_to_be_looked_up() -> None:
    respx.post(f"{API}/chat.postMessage").respond(200, json={"ok": True, "channel": "C1", "ts": "1.2"})
    respx.get(f"{API}/chat.getPermalink").respond(503)
    with pytest.raises(UnknownOutcome):
        Slack.at("", "xoxb-secret").send("C1", "Who?", "k")


@respx.mock
def test_slack_is_read_page_by_page() -> None:
    key = {"event_type": "pointsman_message", "event_payload": {"key": "k"}}
    pages = [
        {"ok": True, "messages": [{"ts": "2.0"}], "response_metadata": {"next_cursor": "more"}},
        {"ok": True, "messages": [{"ts": "1.0", "metadata": key}], "response_metadata": {"next_cursor": ""}},
    ]
    history = respx.get(f"{API}/conversations.history").mock(side_effect=[httpx.Response(200, json=p) for p in pages])
    respx.get(f"{API}/chat.getPermalink").respond(200, json={"ok": True, "permalink": "https://a.slack.com/p1"})
    assert Slack.at("", "xoxb-secret").find("C1", "k", LONG_AGO) == "https://a.slack.com/p1"
    assert history.calls.last.request.url.params["cursor"] == "more"


@respx.mock
def test_mattermost_finds_a_channel_by_its_team_and_name() -> None:
    respx.get(f"{SERVER}/api/v4/teams/name/eng/channels/name/ldap").respond(200, json={"id": "c1", "team_id": "t1"})
    respx.post(f"{SERVER}/api/v4/posts").respond(201, json={"id": "p1", "channel_id": "c1"})
    respx.get(f"{SERVER}/api/v4/teams/t1").respond(200, json={"name": "eng"})
    assert Mattermost.at(SERVER, "token").send("eng/ldap", "Who?", "k") == f"{SERVER}/eng/pl/p1"
