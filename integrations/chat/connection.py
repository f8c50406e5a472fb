"""One chat server over HTTP. Its addresses and token are secrets: they are in no message, log or trace."""

from typing import TypeVar

import httpx
from pydantic import BaseModel

from integrations.errors import IntegrationError, Invalid, NotFound, RateLimited, Refused, Unavailable, UnknownOutcome
from integrations.http import Reader, http_client
from integrations.outbound import Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout
from integrations.waits import retry_after

SERVICE = "chat"
MAX_TEXT = 3000
CUT = " … (cut)"
MOST_BYTES = 4 * 2**20
# Raised before the request left.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Answer = TypeVar("Answer", bound=BaseModel)


class ChatConnection:
    def __init__(self, outbound: Outbound, *, token: str = "", timeout: Timeout = DEFAULT_TIMEOUT) -> None:
        self._outbound = outbound
        self._client = http_client(timeout, token=token)

    def write(self, url: httpx.URL, body: object) -> httpx.Response:
        """Not idempotent: after UnknownOutcome it may have been carried out."""
        sent = self._send(url, body)
        # Raised here, outside the except: the library's error holds the request, and with it the URL.
        if isinstance(sent, IntegrationError):
            raise sent
        if failure := _refusal(sent):
            raise failure
        return sent

    def read(self, url: httpx.URL, answer: type[Answer], **params: str) -> Answer:
        """Raises IntegrationError, also for what is no such answer."""
        reader = Reader(
            SERVICE, url, self._client, seconds=30.0, most_bytes=MOST_BYTES, outbound=self._outbound, wait=retry_after
        )
        return reader.ask("GET", lambda _response, body: answer.model_validate_json(body), params=params)

    def close(self) -> None:
        self._client.close()

    def _send(self, url: httpx.URL, body: object) -> httpx.Response | IntegrationError:
        try:
            with self._outbound.call(SERVICE, "POST") as call:
                response = self._client.post(url, json=body)
                call.status = response.status_code
                return response
        except httpx.HTTPError as error:
            return _lost(error)


def cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def unreadable() -> UnknownOutcome:
    """A 2xx whose body is not what it should be."""
    return UnknownOutcome(SERVICE, "the chat's answer cannot be read; the message may be there", "unreadable_answer")


def _lost(error: httpx.HTTPError) -> IntegrationError:
    kind = type(error).__name__
    if isinstance(error, NEVER_SENT):
        return Unavailable(SERVICE, f"no connection to the chat ({kind})", "no_connection")
    return UnknownOutcome(SERVICE, f"no answer from the chat ({kind}); the message may be there", "answer_lost")


def _refusal(response: httpx.Response) -> IntegrationError | None:
    """Webhooks of Slack say it by status: 403 action_prohibited, 404 channel_not_found, 410 archived."""
    status = response.status_code
    said = f"the chat answered {status}"
    if 200 <= status < 300:
        return None
    if status == 429:
        return RateLimited(SERVICE, said, retry_after=retry_after(response.headers))
    if status >= 500 or status == 408:
        return UnknownOutcome(SERVICE, f"{said}; the message may be there", f"http_{status}")
    if status in {404, 410}:
        return NotFound(SERVICE, f"{said}; the channel or the webhook is gone")
    if status in {401, 403} or status < 400:
        return Refused(SERVICE, f"{said}; check its address, token and rights", f"http_{status}")
    return Invalid(SERVICE, said, f"http_{status}")
