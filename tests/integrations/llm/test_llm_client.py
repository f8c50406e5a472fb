"""Questions to a language model: what is sent, what an answer means, and that nothing of either ever shows."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import respx

from integrations.errors import IntegrationError, Invalid, NotFound, RateLimited, Refused, Unavailable
from integrations.llm import LanguageModel

SECRETS = ("tok-s3cret", "llm.example.com", "asked-text", "said-text")
URL = "https://llm.example.com/v1"
ENDPOINT = f"{URL}/chat/completions"


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    model = LanguageModel(f"{URL}/", "small-1", "tok-s3cret")
    yield model
    model.close()


def completion(content: object) -> dict[str, object]:
    return {"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}


def failure(model: LanguageModel) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        model.ask("system", "asked-text")
    shown = str(caught.value) + repr(caught.value.args)
    assert not [secret for secret in SECRETS if secret in shown]
    assert caught.value.__context__ is None
    return caught.value


@respx.mock
def test_asks_one_question_with_both_texts(model: LanguageModel) -> None:
    route = respx.post(ENDPOINT).respond(200, json=completion('{"a": 1}'))

    assert model.ask("be strict", "what is it? \ud83d") == '{"a": 1}'

    request = route.calls.last.request
    sent = json.loads(request.content)
    assert sent.pop("max_tokens") <= 500
    assert sent == {
        "model": "small-1",
        "messages": [
            {"role": "system", "content": "be strict"},
            {"role": "user", "content": "what is it? \ud83d"},
        ],
        "temperature": 0,
        "response_format": {"type": "json_object"},
    }
    assert request.headers["Authorization"] == "Bearer tok-s3cret"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("pointsman/")


@respx.mock
def test_without_a_token_none_is_sent() -> None:
    route = respx.post("http://127.0.0.1:9/v1/chat/completions").respond(200, json=completion("{}"))
    model = LanguageModel("http://127.0.0.1:9/v1", "small-1", "")

    assert model.ask("s", "u") == "{}"

    model.close()
    assert "Authorization" not in route.calls.last.request.headers


@respx.mock
@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (302, Refused, "redirect"),
        (307, Refused, "redirect"),
        (400, Invalid, "http_400"),
        (401, Refused, "unauthorized"),
        (403, Refused, "forbidden"),
        (404, NotFound, "not_found"),
        (408, Unavailable, "http_408"),
        (422, Invalid, "http_422"),
        (429, RateLimited, "rate_limited"),
        (500, Unavailable, "http_500"),
        (503, Unavailable, "http_503"),
    ],
)
def test_an_answer_that_is_no_success(
    model: LanguageModel, status: int, kind: type[IntegrationError], reason: str
) -> None:
    headers = {"Retry-After": "7", "Location": "https://elsewhere.example/"}
    route = respx.post(ENDPOINT).respond(status, text="said-text", headers=headers)

    error = failure(model)

    assert type(error) is kind
    assert error.reason == reason
    assert route.call_count == 1, "no redirect is followed, nothing is sent again"
    if isinstance(error, RateLimited):
        assert error.retry_after == 7


@respx.mock
@pytest.mark.parametrize(
    "lost",
    [httpx.ConnectError(URL), httpx.ReadTimeout(URL), httpx.RemoteProtocolError(URL)],
    ids=lambda value: type(value).__name__,
)
def test_no_answer_is_unavailable_because_asking_changes_nothing(model: LanguageModel, lost: Exception) -> None:
    respx.post(ENDPOINT).mock(side_effect=lost)

    assert type(failure(model)) is Unavailable


@respx.mock
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"said-text",
        b"[]",
        b"[" * 60_000,
        b'{"choices": []}',
        json.dumps(completion(None)).encode(),
        json.dumps(completion(["said-text"])).encode(),
        b'{"choices": [{"message": {"content": "\xff"}}]}',
    ],
)
def test_an_answer_that_cannot_be_read(model: LanguageModel, body: bytes) -> None:
    respx.post(ENDPOINT).respond(200, content=body)

    error = failure(model)

    assert (type(error), error.reason) == (Unavailable, "unreadable_answer")


@respx.mock
def test_a_long_answer_is_not_read_to_its_end(model: LanguageModel) -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 1024

    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, stream=_Stream(endless())))

    assert failure(model).reason == "answer_too_long"
    assert len(read) == 65


class _Stream(httpx.SyncByteStream):
    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


@respx.mock
def test_a_compressed_answer_is_not_asked_for_and_not_unpacked(model: LanguageModel) -> None:
    body = gzip.compress(json.dumps(completion("x" * 10_000_000)).encode())
    route = respx.post(ENDPOINT).mock(
        return_value=httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body))
    )

    assert failure(model).reason == "unreadable_answer"
    assert route.calls.last.request.headers["Accept-Encoding"] == "identity"


@respx.mock
def test_an_answer_that_drips_is_given_up() -> None:
    model = LanguageModel(URL, "small-1", "", timeout=0)
    respx.post(ENDPOINT).mock(return_value=httpx.Response(200, stream=_Stream(iter([b"{", b"}"]))))

    assert failure(model).reason == "answer_too_slow"
    model.close()


@respx.mock
def test_nothing_is_logged(model: LanguageModel, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    respx.post(ENDPOINT).respond(200, json=completion("said-text"))

    model.ask("system", "asked-text")

    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize("url", ["x/tok-s3cret", "ftp://c.example/tok-s3cret", "https://c.example:tok-s3cret", ""])
def test_an_address_that_cannot_be_used_is_refused_but_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="must be like https") as caught:
        LanguageModel(url, "small-1", "")

    assert "tok-s3cret" not in str(caught.value)
    assert caught.value.__context__ is None
