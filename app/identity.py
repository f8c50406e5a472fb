"""Who we are at Zendesk and at GitLab: what comes from ourselves starts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.errors import IntegrationError
from integrations.gitlab.client import GitLabClient
from integrations.zendesk.client import ZendeskClient


@dataclass
class Identity:
    zendesk: Callable[[], ZendeskClient]
    gitlab: Callable[[], GitLabClient]
    _zendesk_id: int | None = field(default=None, init=False)
    _gitlab_id: int | None = field(default=None, init=False)

    def zendesk_id(self) -> int | None:
        """None while Zendesk has not said."""
        return self._zendesk_id

    def gitlab_id(self) -> int | None:
        return self._gitlab_id

    def ask_zendesk(self) -> int:
        """Raises IntegrationError."""
        self._zendesk_id = self.zendesk().me().id
        return self._zendesk_id

    def ask_gitlab(self) -> int:
        self._gitlab_id = self.gitlab().me().id
        return self._gitlab_id

    def learn(self) -> dict[str, str]:
        """Ask both; by service why one did not answer. It is asked again with every look at `/readyz`."""
        silent: dict[str, str] = {}
        for service, ask in (("zendesk", self.ask_zendesk), ("gitlab", self.ask_gitlab)):
            try:
                ask()
            except IntegrationError as error:
                silent[service] = error.reason
        return silent
