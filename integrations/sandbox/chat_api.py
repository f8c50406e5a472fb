"""Parts of Slack's and Mattermost's Web APIs: post a message, look for it, and link to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.routing import Route

from integrations.sandbox.api import HttpRequest, Json, Refused, json_object, route
from integrations.sandbox.clock import second_stamp

SLACK_KEY = "xoxb-sandbox-chat"
MATTERMOST_KEY = "sandboxmattermosttoken"
TEAM = "community"
EVENT_KEYS = frozenset({"channel", "text", "mrkdwn", "unfurl_links", "unfurl_media", "metadata"})


@dataclass(frozen=True, slots=True)
class ChatMessage:
    id: int
    text: str
    channel: str
    username: str
    at: datetime
    key: str
    """What its sender knows it by."""

    @property
    def stamp(self) -> str:
        return second_stamp(self.at)

    @property
    def ts(self) -> str:
        """Slack's name of it."""
        return f"{int(self.at.timestamp())}.{self.id:06d}"


class Add(Protocol):
    def __call__(self, text: str, channel: str, *, key: str) -> ChatMessage: ...


@dataclass(frozen=True)
class Slack:
    messages: list[ChatMessage]
    url: str
    add: Add

    def routes(self) -> list[Route]:
        return [
            route("POST", "/api/chat.postMessage", self._checked(self._post)),
            route("GET", "/api/conversations.history", self._checked(self._history)),
            route("GET", "/api/chat.getPermalink", self._checked(self._permalink)),
        ]

    def _checked(self, serve: Callable[[HttpRequest], Json]) -> Callable[[HttpRequest], Json]:
        """Slack answers 200 to what it refuses."""

        def checked(http: HttpRequest) -> Json:
            if http.headers.get("authorization") != f"Bearer {SLACK_KEY}":
                return _refused("invalid_auth")
            return serve(http)

        return checked

    def _post(self, http: HttpRequest) -> Json:
        given = json_object(http.body)
        if given is None or given.keys() - EVENT_KEYS:
            return _refused("invalid_arguments")
        channel = str(given.get("channel") or "").removeprefix("#")
        if not channel or channel.startswith("no_"):
            return _refused("channel_not_found")
        if not str(given.get("text") or "").strip():
            return _refused("no_text")
        key = ((given.get("metadata") or {}).get("event_payload") or {}).get("key", "")
        message = self.add(str(given["text"]), channel, key=str(key))
        return {"ok": True, "channel": channel, "ts": message.ts}

    def _history(self, http: HttpRequest) -> Json:
        since = float(http.query_value("oldest") or 0)
        found = [one for one in self.messages[::-1] if one.channel == http.query_value("channel")]
        shown = [_slack_message(one) for one in found if one.at.timestamp() >= since]
        return {"ok": True, "messages": shown, "has_more": False, "response_metadata": {"next_cursor": ""}}

    def _permalink(self, http: HttpRequest) -> Json:
        channel, ts = http.query_value("channel"), http.query_value("message_ts")
        if not any(one.ts == ts and one.channel == channel for one in self.messages):
            return _refused("message_not_found")
        return {"ok": True, "channel": channel, "permalink": f"{self.url}/archives/{channel}/p{ts.replace('.', '')}"}


def _refused(word: str) -> Json:
    return {"ok": False, "error": word}


def _slack_message(message: ChatMessage) -> Json:
    metadata = {"event_type": "pointsman_message", "event_payload": {"key": message.key}} if message.key else None
    return {"type": "message", "ts": message.ts, "text": message.text, **({"metadata": metadata} if metadata else {})}


@dataclass(frozen=True)
class Mattermost:
    messages: list[ChatMessage]
    add: Add

    def routes(self) -> list[Route]:
        return [
            route("POST", "/api/v4/posts", self._checked(self._post)),
            route("GET", "/api/v4/channels/{id}", self._checked(self._channel)),
            route("GET", "/api/v4/channels/{id}/posts", self._checked(self._posts)),
            route("GET", "/api/v4/teams/{id}", self._checked(lambda _http: {"id": "teamid", "name": TEAM})),
        ]

    def _checked(self, serve: Callable[[HttpRequest], Json]) -> Callable[[HttpRequest], Json]:
        def checked(http: HttpRequest) -> Json:
            if http.headers.get("authorization") != f"Bearer {MATTERMOST_KEY}":
                raise Refused(401, {"id": "api.context.session_expired.app_error"}, "unauthorized")
            return serve(http)

        return checked

    def _channel(self, http: HttpRequest) -> Json:
        if http.at["id"].startswith("no_"):
            raise Refused(404, {"id": "app.channel.get.existing.app_error"}, "channel_missing")
        return {"id": http.at["id"], "team_id": "teamid", "name": http.at["id"]}

    def _post(self, http: HttpRequest) -> Json:
        given = json_object(http.body) or {}
        if not given.get("channel_id") or not given.get("message"):
            raise Refused(400, {"id": "api.context.invalid_body_param.app_error"}, "invalid_body")
        key = str((given.get("props") or {}).get("pointsman_key", ""))
        return _mattermost_post(self.add(str(given["message"]), str(given["channel_id"]), key=key))

    def _posts(self, http: HttpRequest) -> Json:
        since = int(http.query_value("since") or 0) / 1000
        found = [one for one in self.messages if one.channel == http.at["id"] and one.at.timestamp() >= since]
        posts = {f"post{one.id}": _mattermost_post(one) for one in found}
        return {"order": list(posts), "posts": posts}


def _mattermost_post(message: ChatMessage) -> Json:
    props = {"pointsman_key": message.key} if message.key else {}
    return {"id": f"post{message.id}", "channel_id": message.channel, "message": message.text, "props": props}
