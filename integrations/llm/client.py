"""Asks a language model at an OpenAI-compatible endpoint. Asking changes nothing there, so it may be repeated.

No error or log holds the address, the token, the question or the answer.
"""

from __future__ import annotations

import json
import logging
import time

import httpx
from pydantic import BaseModel, Field

from integrations.errors import IntegrationError, Unavailable
from integrations.outbound import UNGUARDED, Call, Outbound
from integrations.refusals import refusal_of_a_read
from integrations.session import MEANING, user_agent
from integrations.waits import retry_after

SERVICE = "llm"
MOST_TOKENS = 200
MOST_BYTES = 64 * 1024


class LanguageModel:
    """`url`: what stands before `/chat/completions`, mostly ending in `/v1`; `token`: "" where none is needed.

    `timeout`: seconds for the connection, for each wait, and for the whole of the answer's body.
    """

    def __init__(
        self, url: str, model: str, token: str, *, timeout: float = 10.0, outbound: Outbound = UNGUARDED
    ) -> None:
        # At INFO httpx writes the whole URL of each request into the log.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._model = model
        self._timeout = timeout
        self._outbound = outbound
        # Identity, and read raw below: a small compressed answer can be a very large one.
        headers = {b"User-Agent": user_agent().encode(), b"Accept-Encoding": b"identity"}
        if token:
            # As bytes, because httpx quotes a text that it cannot encode in its error.
            headers[b"Authorization"] = b"Bearer " + token.encode("utf-8", "replace")
        self._url = _address(url)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, headers=headers)

    def ask(self, system: str, user: str) -> str:
        """The message that the model answers, as it is. Raises IntegrationError."""
        asked = {
            "model": self._model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        # ASCII, because half of a surrogate pair cannot be sent in any other way.
        answer = self._send(json.dumps(asked).encode("ascii"))
        if isinstance(answer, IntegrationError):
            # Here, outside the except: the library's error holds the request, and with it address, token and text.
            raise answer
        return answer

    def close(self) -> None:
        self._client.close()

    def _send(self, body: bytes) -> str | IntegrationError:
        headers = {"Content-Type": "application/json"}
        try:
            with (
                self._outbound.call(SERVICE, "POST") as call,
                self._client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                call.status = response.status_code
                return _refusal(response) or self._read(response, call)
        except httpx.HTTPError as error:
            return Unavailable(SERVICE, f"no answer from the endpoint ({type(error).__name__})", "no_answer")

    def _read(self, response: httpx.Response, call: Call) -> str | IntegrationError:
        until = time.monotonic() + self._timeout
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > MOST_BYTES:
                return Unavailable(SERVICE, f"the answer is longer than {MOST_BYTES // 1024} KiB", "answer_too_long")
            if time.monotonic() > until:
                call.status = None
                return Unavailable(SERVICE, f"the answer took longer than {self._timeout:g} s", "answer_too_slow")
        try:
            return _Completion.model_validate_json(body).choices[0].message.content
        except ValueError:
            return Unavailable(SERVICE, "the answer cannot be read", "unreadable_answer")


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    """Only what is looked at: https://platform.openai.com/docs/api-reference/chat/object"""

    choices: list[_Choice] = Field(min_length=1)


def _address(url: str) -> httpx.URL:
    """Raises ValueError, which does not show the address: it may hold a key."""
    try:
        address = httpx.URL(f"{url.rstrip('/')}/chat/completions")
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError("the language model's address must be like https://llm.example.com/v1")
    return address


def _refusal(response: httpx.Response) -> IntegrationError | None:
    return refusal_of_a_read(SERVICE, "the endpoint answered", response, MEANING, retry_after(response.headers))
