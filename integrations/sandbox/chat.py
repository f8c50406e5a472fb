"""A chat that takes incoming webhooks as Slack and Mattermost do."""

from dataclasses import asdict, dataclass
from threading import RLock

from starlette.responses import Response

from integrations.sandbox.api import HttpRequest, Refused, json_object, route
from integrations.sandbox.clock import Clock, second_stamp
from integrations.sandbox.pages import Pages
from integrations.sandbox.service import Service

HOOK_KEY = "sandbox-chat-key"
KEYS = frozenset({"text", "channel", "username", "icon_url", "icon_emoji", "attachments", "blocks", "props"})


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    text: str
    channel: str
    username: str
    at: str


class ChatSandbox(Service):
    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("chat", clock, port, counted="/hooks/")
        self._messages: list[Message] = []
        self.app.router.routes.append(route("POST", "/hooks/{key}", self._receive))
        pages = Pages("Chat", RLock())
        pages.add("/", "chat.html", lambda _at: {"messages": self.messages()[::-1]})
        self.app.router.routes.extend(pages.routes)

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/hooks/{HOOK_KEY}"

    def messages(self) -> list[dict[str, object]]:
        """Oldest first: {id, text, channel, username, at}."""
        return [asdict(message) for message in list(self._messages)]

    def _receive(self, http: HttpRequest) -> Response:
        if http.at["key"] != HOOK_KEY:
            raise Refused(404, "no_service", "no_service")
        given = json_object(http.body)
        if given is None or given.keys() - KEYS:
            raise Refused(400, "invalid_payload", "invalid_payload")
        text = given.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "no_text", "no_text")
        self._messages.append(
            Message(
                id=len(self._messages) + 1,
                text=text,
                channel=str(given.get("channel") or "community"),
                username=str(given.get("username") or "incoming-webhook"),
                at=second_stamp(self.clock.now()),
            )
        )
        return Response("ok", media_type="text/plain")
