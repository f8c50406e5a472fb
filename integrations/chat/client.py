"""Posts to a Slack or Mattermost incoming webhook. Its URL is the secret: it is in no message, log or trace.

Only `{"text": ...}` is sent, which both understand alike; what people wrote must have gone through `escape`.
"""

from urllib.parse import urlsplit

import httpx

from integrations.errors import (
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.http import http_address, http_client
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout
from integrations.waits import retry_after

SERVICE = "chat"
MAX_TEXT = 3000
CUT = " … (cut)"
# Raised before the request left.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class ChatWebhook:
    """Not idempotent: after UnknownOutcome the message may be in the channel, and there is no way to look."""

    def __init__(self, url: str, *, timeout: Timeout = DEFAULT_TIMEOUT, outbound: Outbound = UNGUARDED) -> None:
        self._outbound = outbound
        self._url = http_address(url, "the chat webhook's address must be like https://chat.example.com/hooks/...")
        self._client = http_client(timeout)

    def post(self, text: str) -> str | None:
        """The link to the message, where the chat gives one (Slack's and Mattermost's webhooks answer just `ok`)."""
        if len(text) > MAX_TEXT:
            text = text[: MAX_TEXT - len(CUT)] + CUT
        sent = self._send(text)
        failure = sent if isinstance(sent, IntegrationError) else _refusal(sent)
        if failure is not None:
            # Here, outside the except: the library's error holds the request, and with it the URL.
            raise failure
        return _permalink(sent) if isinstance(sent, httpx.Response) else None

    def _send(self, text: str) -> httpx.Response | IntegrationError:
        try:
            with self._outbound.call(SERVICE, "POST") as call:
                response = self._client.post(self._url, json={"text": text})
                call.status = response.status_code
                return response
        except httpx.HTTPError as error:
            return _lost(error)

    def close(self) -> None:
        self._client.close()


def _lost(error: httpx.HTTPError) -> IntegrationError:
    kind = type(error).__name__
    if isinstance(error, NEVER_SENT):
        return Unavailable(SERVICE, f"no connection to the webhook ({kind})", "no_connection")
    return UnknownOutcome(SERVICE, f"no answer from the webhook ({kind}); the message may be there", "answer_lost")


def _refusal(response: httpx.Response) -> IntegrationError | None:
    """Slack says what is wrong in plain text, by status: 403 action_prohibited, 404 channel_not_found, 410 archived."""
    status = response.status_code
    said = f"the webhook answered {status}"
    if 200 <= status < 300:
        return None
    if status == 429:
        return RateLimited(SERVICE, said, retry_after=retry_after(response.headers))
    if status >= 500 or status == 408:
        return UnknownOutcome(SERVICE, f"{said}; the message may be there", f"http_{status}")
    if status in {404, 410}:
        return NotFound(SERVICE, f"{said}; the channel or the webhook is gone")
    if status in {401, 403} or status < 400:
        return Refused(SERVICE, f"{said}; check the webhook's address and rights", f"http_{status}")
    return Invalid(SERVICE, said, f"http_{status}")


def _permalink(response: httpx.Response) -> str | None:
    try:
        body = response.json()
    except ValueError:
        return None
    link = body.get("permalink") if isinstance(body, dict) else None
    return link if isinstance(link, str) and urlsplit(link).scheme in {"http", "https"} else None
