"""Who we are at Zendesk and at GitLab: what comes from ourselves starts nothing."""

from dataclasses import dataclass, field

from integrations.errors import IntegrationError
from integrations.gitlab.client import GitLabClient
from integrations.zendesk.client import ZendeskClient


@dataclass
class Identity:
    zendesk: ZendeskClient
    gitlab: GitLabClient
    zendesk_id: int | None = field(default=None, init=False)
    """None while Zendesk has not said."""
    gitlab_id: int | None = field(default=None, init=False)

    def ask_zendesk(self) -> int:
        """Raises IntegrationError."""
        self.zendesk_id = self.zendesk.me().id
        return self.zendesk_id

    def ask_gitlab(self) -> int:
        self.gitlab_id = self.gitlab.me().id
        return self.gitlab_id

    def learn(self) -> dict[str, str]:
        """Ask both; by service why one did not answer, in words. It is asked again with every look at `/readyz`."""
        silent: dict[str, str] = {}
        for service, ask in (("zendesk", self.ask_zendesk), ("gitlab", self.ask_gitlab)):
            try:
                ask()
            except IntegrationError as error:
                silent[service] = str(error)
        return silent
