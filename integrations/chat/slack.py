"""Messages into Slack's channels by a bot token: scopes chat:write, and channels:history to look them up.

https://docs.slack.dev/reference/methods/chat.postMessage. Slack answers 200 to what it refuses, and says so in `error`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

import httpx
from pydantic import BaseModel, ValidationError

from integrations.chat.connection import SERVICE, ChatConnection, cut, unreadable
from integrations.errors import IntegrationError, NotFound, RateLimited, Refused, Unavailable, UnknownOutcome
from integrations.http import http_address
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout

ADDRESS = "https://slack.com/api"
EVENT = "pointsman_message"
MOST_PAGES = 10
_UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
_NO_CHANNEL = frozenset({"channel_not_found", "is_archived", "not_in_channel"})


class _Answer(BaseModel):
    ok: bool
    error: str = ""


class _Posted(_Answer):
    channel: str = ""
    ts: str = ""


class _Permalink(_Answer):
    permalink: str = ""


class _Metadata(BaseModel):
    event_type: str = ""
    event_payload: Mapping[str, object] = {}


class _Message(BaseModel):
    ts: str
    metadata: _Metadata = _Metadata()


class _Next(BaseModel):
    next_cursor: str = ""


class _History(_Answer):
    messages: tuple[_Message, ...] = ()
    response_metadata: _Next = _Next()


class Slack:
    def __init__(self, connection: ChatConnection, url: httpx.URL) -> None:
        self._connection = connection
        self._url = url

    @classmethod
    def at(cls, url: str, token: str, *, timeout: Timeout = DEFAULT_TIMEOUT, outbound: Outbound = UNGUARDED) -> Self:
        address = http_address(url or ADDRESS, "Slack's address must be like https://slack.com/api")
        return cls(ChatConnection(outbound, token=token, timeout=timeout), address)

    def send(self, channel: str, text: str, key: str) -> str:
        """`channel`: its id, or #name."""
        message = {
            "channel": channel,
            "text": cut(text),
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
        }
        response = self._connection.write(self._method("chat.postMessage"), message)
        try:
            posted = _Posted.model_validate_json(response.content)
        except ValidationError:
            posted = None
        if posted is None:
            raise unreadable()
        _check(posted, write=True)
        try:
            return self._link(posted.channel, posted.ts)
        except IntegrationError as error:  # it is there: whoever looks for it finds it
            raise UnknownOutcome(
                SERVICE, f"the message is there, and its link is not known ({error.message})"
            ) from None

    def find(self, channel: str, key: str, since: datetime) -> str | None:
        """`channel`: its id, as Slack looks up no name."""
        cursor = ""
        for _ in range(MOST_PAGES):
            page = self._connection.read(
                self._method("conversations.history"),
                _History,
                channel=channel,
                oldest=f"{since.timestamp():.6f}",
                include_all_metadata="true",
                limit="200",
                **({"cursor": cursor} if cursor else {}),
            )
            _check(page)
            for one in page.messages:
                if one.metadata.event_type == EVENT and one.metadata.event_payload.get("key") == key:
                    return self._link(channel, one.ts)
            cursor = page.response_metadata.next_cursor
            if not cursor:
                return None
        raise Refused(SERVICE, "too many messages since then to look through", "too_many_messages")

    def close(self) -> None:
        self._connection.close()

    def _link(self, channel: str, ts: str) -> str:
        found = self._connection.read(self._method("chat.getPermalink"), _Permalink, channel=channel, message_ts=ts)
        _check(found)
        if not found.permalink.startswith(("https://", "http://")):
            raise Unavailable(SERVICE, "the answer to chat.getPermalink cannot be read", "unreadable_answer")
        return found.permalink

    def _method(self, name: str) -> httpx.URL:
        return httpx.URL(f"{str(self._url).rstrip('/')}/{name}")


def _check(answer: _Answer, *, write: bool = False) -> None:
    """Raises IntegrationError for what Slack refuses. Its word is a fixed one: it may be shown."""
    if answer.ok:
        return
    word = answer.error[:40] if answer.error.replace("_", "").isalnum() else "unknown"
    if word in {"ratelimited", "rate_limited"}:
        raise RateLimited(SERVICE, "Slack limits us")
    if word in _UNSURE:
        kind = UnknownOutcome if write else Unavailable
        raise kind(SERVICE, f"Slack answered {word}", word)
    if word in _NO_CHANNEL:
        raise NotFound(SERVICE, f"Slack answered {word}: is the channel's id right, and is the bot in it?", word)
    raise Refused(SERVICE, f"Slack answered {word}: check CHAT_TOKEN and its scopes", word)
