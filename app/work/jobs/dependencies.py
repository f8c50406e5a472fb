"""What all workflows need, passed whole and by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.clients import Clients
from app.identity import Identity
from app.records.records import Records
from app.rulebook import Rulebook
from app.rules.schema.base import LimitsConfig
from app.settings import Settings
from app.visibility import Visibility
from app.work.engine.engine import Engine
from app.work.jobs.pause import PauseSwitch, Suspension
from integrations.gitlab.client import GitLabClient
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class Dependencies:
    settings: Settings
    records: Records
    rulebook: Rulebook
    engine: Engine
    clients: Clients
    identity: Identity
    pause: PauseSwitch
    suspension: Suspension
    visibility: Visibility
    now: Callable[[], datetime]

    @property
    def zendesk(self) -> ZendeskClient:
        return self.clients.zendesk

    @property
    def gitlab(self) -> GitLabClient:
        return self.clients.gitlab

    @property
    def limits(self) -> LimitsConfig:
        return self.rulebook.current().routing.limits

    @property
    def marker_secret(self) -> str:
        """Keeps others from writing our markers: a customer can paste one, not compute another ticket's.

        Whoever has the token could write them anyway.
        """
        return self.settings.gitlab_token.get_secret_value()
