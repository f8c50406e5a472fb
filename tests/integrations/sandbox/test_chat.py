"""The chat: what it takes, what it refuses, what its page shows."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import Sandbox


def test_records_a_message_and_shows_it_escaped(sandbox: Sandbox) -> None:
    answer = httpx.post(sandbox.chat.webhook_url, json={"text": "<b>12</b> complaints", "channel": "incidents"})
    assert (answer.status_code, answer.text) == (200, "ok")
    message = sandbox.chat.messages()[-1]
    assert (message["text"], message["channel"]) == ("<b>12</b> complaints", "incidents")
    assert "&lt;b&gt;12&lt;/b&gt; complaints" in httpx.get(sandbox.chat.url).text
    assert [(call.method, call.status) for call in sandbox.chat.calls] == [("POST", 200)]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"text=hi", "invalid_payload"), (b"[]", "invalid_payload"), (b'{"txt": "hi"}', "invalid_payload")],
)
def test_refuses_what_is_not_a_message(sandbox: Sandbox, content: bytes, told: str) -> None:
    answer = httpx.post(sandbox.chat.webhook_url, content=content)
    assert (answer.status_code, answer.text) == (400, told)


def test_refuses_an_empty_text_and_a_wrong_key(sandbox: Sandbox) -> None:
    assert httpx.post(sandbox.chat.webhook_url, json={"text": " "}).text == "no_text"
    assert httpx.post(f"{sandbox.chat.url}/hooks/other", json={"text": "x"}).status_code == 404
