"""A small, strict Zendesk, GitLab, chat and feeds on loopback: for the demo, for tests, for trying rules.

Strict: what the real services drop or ignore silently is refused here, so that a mistake shows before it matters.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from integrations.sandbox.chat import ChatSandbox
from integrations.sandbox.chat_api import SLACK_KEY
from integrations.sandbox.clock import Clock
from integrations.sandbox.faults import Fault
from integrations.sandbox.feeds.service import FeedsSandbox
from integrations.sandbox.gitlab.service import GitlabSandbox
from integrations.sandbox.interceptor import Call
from integrations.sandbox.webhook_sender import Delivery
from integrations.sandbox.zendesk.service import ZendeskSandbox

__all__ = [
    "Call",
    "ChatSandbox",
    "Clock",
    "Delivery",
    "Fault",
    "FeedsSandbox",
    "GitlabSandbox",
    "Sandbox",
    "ZendeskSandbox",
]


class Sandbox:
    """The services, each a real HTTP server on its own loopback port, sharing one clock."""

    def __init__(self, *, zendesk_port: int = 0, gitlab_port: int = 0, chat_port: int = 0, feeds_port: int = 0) -> None:
        self.clock = Clock()
        with ExitStack() as bound:  # a port that is taken must not leave the others bound
            self.zendesk = ZendeskSandbox(self.clock, zendesk_port)
            bound.callback(self.zendesk.stop)
            self.gitlab = GitlabSandbox(self.clock, gitlab_port)
            bound.callback(self.gitlab.stop)
            self.chat = ChatSandbox(self.clock, chat_port)
            bound.callback(self.chat.stop)
            self.feeds = FeedsSandbox(self.clock, feeds_port)
            bound.pop_all()
        self._services = (self.zendesk, self.gitlab, self.chat, self.feeds)

    @classmethod
    def start(cls, *, zendesk_port: int = 0, gitlab_port: int = 0, chat_port: int = 0, feeds_port: int = 0) -> Self:
        """Serving when this returns. Port 0: any free one. Raises OSError for a port that is taken."""
        sandbox = cls(zendesk_port=zendesk_port, gitlab_port=gitlab_port, chat_port=chat_port, feeds_port=feeds_port)
        for service in sandbox._services:
            service.start()
        return sandbox

    def environment(self) -> dict[str, str]:
        """The settings with which the service talks to this sandbox."""
        return {
            "ZENDESK_URL": self.zendesk.url,
            "ZENDESK_EMAIL": self.zendesk.email,
            "ZENDESK_TOKEN": self.zendesk.token,
            "ZENDESK_WEBHOOK_SECRET": self.zendesk.webhook_secret,
            "GITLAB_URL": self.gitlab.url,
            "GITLAB_TOKEN": self.gitlab.token,
            "GITLAB_WEBHOOK_SECRET": f"{self.gitlab.signing_token},{self.gitlab.webhook_secret}",
            "CHAT_WEBHOOK_URL": self.chat.webhook_url,
            "CHAT_URL": f"{self.chat.url}/api",
            "CHAT_TOKEN": SLACK_KEY,
        }

    def stop(self) -> None:
        for service in self._services:
            service.ask_to_stop()
        for service in self._services:
            service.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
