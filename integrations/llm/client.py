"""Asks a language model at an OpenAI-compatible endpoint. Asking changes nothing there, so it may be repeated."""

import json

import httpx
from pydantic import BaseModel, Field

from integrations.http import Reader, http_address, http_client
from integrations.outbound import UNGUARDED, Outbound

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
        self._model = model
        self._reader = Reader(
            SERVICE,
            http_address(
                f"{url.rstrip('/')}/chat/completions",
                "the language model's address must be like https://llm.example.com/v1",
            ),
            http_client((timeout, timeout), token=token),
            seconds=timeout,
            most_bytes=MOST_BYTES,
            outbound=outbound,
        )

    def ask(self, system: str, user: str) -> str:
        """The message that the model answers, as it is. Raises IntegrationError."""
        question = {
            "model": self._model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        # ASCII, because half of a surrogate pair cannot be sent in any other way.
        content = json.dumps(question).encode("ascii")
        return self._reader.ask("POST", _message, content=content, headers={"Content-Type": "application/json"})

    def close(self) -> None:
        self._reader.close()


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    """The parts we read of https://platform.openai.com/docs/api-reference/chat/object"""

    choices: list[_Choice] = Field(min_length=1)


def _message(_: httpx.Response, body: bytes) -> str:
    return _Completion.model_validate_json(body).choices[0].message.content
