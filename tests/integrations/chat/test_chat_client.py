"""Messages to a chat: what is sent, what an answer means, and that the webhook's address never shows."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator

import httpx
import pytest
import respx

from integrations.chat import ChatWebhook, escape
from integrations.errors import (
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.sandbox import Sandbox

SECRET = "T000-B000-secretpart"
URL = f"https://chat.example.com/hooks/{SECRET}"


@pytest.fixture
def chat() -> Iterator[ChatWebhook]:
    chat = ChatWebhook(URL)
    yield chat
    chat.close()


@respx.mock
def test_sends_the_text_and_nothing_else(chat: ChatWebhook) -> None:
    route = respx.post(URL).respond(200, text="ok")

    assert chat.post("3 new tickets: <https://desk.example.com|look>") is None

    assert json.loads(route.calls.last.request.content) == {"text": "3 new tickets: <https://desk.example.com|look>"}
    assert route.calls.last.request.headers["User-Agent"].startswith("pointsman/")


@respx.mock
@pytest.mark.parametrize(
    ("answer", "link"),
    [
        ({"ok": True, "permalink": "https://chat.example.com/p/1"}, "https://chat.example.com/p/1"),
        ({"permalink": "javascript:alert(1)"}, None),
        ({"permalink": 7}, None),
        ([], None),
    ],
)
def test_returns_the_link_to_the_message_where_there_is_one(
    chat: ChatWebhook, answer: object, link: str | None
) -> None:
    respx.post(URL).respond(200, json=answer)

    assert chat.post("hello") == link


def test_reaches_a_chat_over_http() -> None:
    with Sandbox.start() as sandbox:
        chat = ChatWebhook(sandbox.chat.webhook_url)
        chat.post(f"New ticket: {escape('@all <!channel>')}")
        chat.close()

        assert [message["text"] for message in sandbox.chat.messages()] == ["New ticket: ＠all &lt;!channel&gt;"]


@respx.mock
def test_a_long_text_is_cut_visibly(chat: ChatWebhook) -> None:
    route = respx.post(URL).respond(200, text="ok")

    chat.post("x" * 10_000)

    text = json.loads(route.calls.last.request.content)["text"]
    assert len(text) == 3000
    assert text.endswith("… (cut)")


@respx.mock
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (403, Refused),
        (404, NotFound),
        (410, NotFound),
        (429, RateLimited),
        (500, UnknownOutcome),
        (503, UnknownOutcome),
        (302, Refused),
    ],
)
def test_an_answer_that_is_no_success(chat: ChatWebhook, status: int, kind: type[IntegrationError]) -> None:
    headers = {"Retry-After": "7", "Location": "https://elsewhere.example/"}
    route = respx.post(URL).respond(status, text="invalid_payload", headers=headers)

    error = failure(chat)

    assert type(error) is kind
    assert route.call_count == 1
    if isinstance(error, RateLimited):
        assert error.retry_after == 7


@respx.mock
@pytest.mark.parametrize(
    ("lost", "kind"),
    [
        (httpx.ConnectError(URL), Unavailable),
        (httpx.ConnectTimeout(URL), Unavailable),
        (httpx.ReadTimeout(URL), UnknownOutcome),
        (httpx.ReadError(URL), UnknownOutcome),
        (httpx.RemoteProtocolError(URL), UnknownOutcome),
        (httpx.WriteError(URL), UnknownOutcome),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_answer_means_unknown_unless_it_was_never_sent(
    chat: ChatWebhook, lost: Exception, kind: type[IntegrationError]
) -> None:
    respx.post(URL).mock(side_effect=lost)

    assert type(failure(chat)) is kind


@respx.mock
def test_the_address_is_not_logged(chat: ChatWebhook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    respx.post(URL).respond(200, text="ok")

    chat.post("hello")

    assert SECRET not in caplog.text


@pytest.mark.parametrize("url", [f"x/{SECRET}", f"ftp://c.example/{SECRET}", f"https://c.example:port/{SECRET}", ""])
def test_an_address_that_cannot_be_used_is_refused_but_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="must be like https") as caught:
        ChatWebhook(url)

    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def failure(chat: ChatWebhook) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        chat.post("hello")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    return caught.value
