"""The account's own objects, each kept as the API shows it."""

import copy
import itertools
import secrets
from dataclasses import dataclass, field

from integrations.sandbox.api import Json

Table = dict[str, Json]


@dataclass
class AccountObjects:
    webhooks: Table = field(default_factory=dict)
    triggers: Table = field(default_factory=dict)
    categories: Table = field(default_factory=dict)
    views: Table = field(default_factory=dict)
    macros: Table = field(default_factory=dict)
    fields: Table = field(default_factory=dict)
    forms: Table = field(default_factory=dict)
    statuses: list[Json] = field(default_factory=list)
    """Custom ones, once they are switched on."""
    oauth: Json = field(default_factory=lambda: {"scopes": ["read", "write"], "expires_at": None})
    """What an OAuth token says of itself."""
    has_workspace: bool = True
    revisions: dict[str, list[Json]] | None = None
    """Of triggers, by their ids. None: the account's plan keeps none."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Signing secrets, by the webhook's id."""
    has_categories: bool = True
    hold: bool = True
    """Whether On-hold is switched on."""
    invocations: list[Json] = field(default_factory=list)
    """What was sent to webhooks, the oldest first."""
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(4_415_660_000_001))

    def table(self, name: str) -> Table:
        found: Table = getattr(self, name)
        return found

    def new_id(self) -> int:
        return next(self._ids)

    def new_webhook_id(self) -> str:
        return f"01HANA{secrets.token_hex(10).upper()}"

    def snapshot(self) -> dict[str, Table]:
        """For tests: what is there now, as the API shows it."""
        names = ("webhooks", "triggers", "categories", "views", "macros", "fields", "forms")
        return {name: copy.deepcopy(self.table(name)) for name in names}
