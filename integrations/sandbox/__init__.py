"""A small, strict Zendesk, GitLab and chat on loopback: for the demo, for tests, for trying rules.

Strict: what the real services drop or ignore silently is refused here, so that a mistake shows before it matters.
"""

from __future__ import annotations

from types import TracebackType

from integrations.sandbox.calls import Call
from integrations.sandbox.chat import ChatSandbox
from integrations.sandbox.clock import Clock
from integrations.sandbox.faults import Fault
from integrations.sandbox.gitlab.service import GitlabSandbox
from integrations.sandbox.postman import Delivery
from integrations.sandbox.zendesk.service import ZendeskSandbox

__all__ = ["Call", "ChatSandbox", "Clock", "Delivery", "Fault", "GitlabSandbox", "Sandbox", "ZendeskSandbox"]


class Sandbox:
    """The three services, each a real HTTP server on its own loopback port, sharing one clock."""

    def __init__(self, *, zendesk_port: int = 0, gitlab_port: int = 0, chat_port: int = 0) -> None:
        self.clock = Clock()
        self.zendesk = ZendeskSandbox(self.clock, zendesk_port)
        self.gitlab = GitlabSandbox(self.clock, gitlab_port)
        self.chat = ChatSandbox(self.clock, chat_port)
        self._services = (self.zendesk, self.gitlab, self.chat)

    @classmethod
    def start(cls, *, zendesk_port: int = 0, gitlab_port: int = 0, chat_port: int = 0) -> Sandbox:
        """Serving when this returns. Port 0: any free one. Raises OSError for a port that is taken."""
        sandbox = cls(zendesk_port=zendesk_port, gitlab_port=gitlab_port, chat_port=chat_port)
        for service in sandbox._services:
            service.start()
        return sandbox

    def stop(self) -> None:
        for service in self._services:
            service.ask_to_stop()
        for service in self._services:
            service.stop()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
