"""A chat that takes incoming webhooks, and has the parts of Slack's and Mattermost's Web APIs that give links."""

from dataclasses import asdict
from threading import RLock

from starlette.responses import Response

from integrations.sandbox.api import HttpRequest, Json, Refused, json_object, route
from integrations.sandbox.chat_api import ChatMessage, Mattermost, Slack
from integrations.sandbox.clock import Clock
from integrations.sandbox.pages import Pages
from integrations.sandbox.service import Service

HOOK_KEY = "sandbox-chat-key"
KEYS = frozenset({"text", "channel", "username", "icon_url", "icon_emoji", "attachments", "blocks", "props"})


class ChatSandbox(Service):
    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("chat", clock, port, counted=("/hooks/", "/api/"))
        self._messages: list[ChatMessage] = []
        pages = Pages("Chat", RLock())
        pages.add("/", "chat.html", lambda _at: {"messages": self.messages()[::-1]})
        pages.add("/archives/{channel}/p{digits}", "chat.html", lambda at: self._one(int(at["digits"]) % 10**6))
        pages.add("/{team}/pl/post{number}", "chat.html", lambda at: self._one(int(at["number"])))
        self.app.router.routes += [
            route("POST", "/hooks/{key}", self._receive),
            *Slack(self._messages, self.url, self._add).routes(),
            *Mattermost(self._messages, self._add).routes(),
            *pages.routes,
        ]

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/hooks/{HOOK_KEY}"

    def messages(self) -> list[dict[str, object]]:
        """Oldest first: {id, text, channel, username, at, key}."""
        return [{**asdict(message), "at": message.stamp} for message in list(self._messages)]

    def _one(self, number: int) -> Json:
        return {"messages": [one for one in self.messages() if one["id"] == number]}

    def _receive(self, http: HttpRequest) -> Response:
        if http.at["key"] != HOOK_KEY:
            raise Refused(404, "no_service", "no_service")
        given = json_object(http.body)
        if given is None or given.keys() - KEYS:
            raise Refused(400, "invalid_payload", "invalid_payload")
        text = given.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "no_text", "no_text")
        channel, username = given.get("channel") or "community", given.get("username") or "incoming-webhook"
        self._add(text, str(channel), username=str(username))
        return Response("ok", media_type="text/plain")

    def _add(self, text: str, channel: str, *, key: str = "", username: str = "pointsman") -> ChatMessage:
        message = ChatMessage(len(self._messages) + 1, text, channel, username, self.clock.now(), key)
        self._messages.append(message)
        return message
