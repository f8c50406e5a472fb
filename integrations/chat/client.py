"""Posts to a Slack or Mattermost incoming webhook. Its URL is the secret: it is in no message, log or trace.

Only `{"text": ...}` is sent, which both understand alike; what people wrote must have gone through `escape`.
"""

from urllib.parse import urlsplit

import httpx

from integrations.chat.connection import ChatConnection, cut
from integrations.http import http_address
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout


class ChatWebhook:
    """Not idempotent: after UnknownOutcome the message may be in the channel, and there is no way to look."""

    def __init__(self, url: str, *, timeout: Timeout = DEFAULT_TIMEOUT, outbound: Outbound = UNGUARDED) -> None:
        self._url = http_address(url, "the chat webhook's address must be like https://chat.example.com/hooks/...")
        self._connection = ChatConnection(outbound, timeout=timeout)

    def post(self, text: str) -> str | None:
        """The link to the message, where the chat gives one (Slack's and Mattermost's webhooks answer just `ok`)."""
        return _permalink(self._connection.write(self._url, {"text": cut(text)}))

    def close(self) -> None:
        self._connection.close()


def _permalink(response: httpx.Response) -> str | None:
    try:
        body = response.json()
    except ValueError:
        return None
    link = body.get("permalink") if isinstance(body, dict) else None
    return link if isinstance(link, str) and urlsplit(link).scheme in {"http", "https"} else None
