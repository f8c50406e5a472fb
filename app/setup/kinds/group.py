"""Groups that the YAML names. They are mostly the team's: looked up, and made only if `create_groups` says so."""

from collections.abc import Sequence
from typing import Any

from app.rules.routing import RoutingConfig
from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.names import key_of
from app.setup.objects import Account, Wanted
from app.setup.values import Values, text
from app.work.tickets.assignees import groups_named
from integrations.zendesk.admin import Json

MAKE = "Make it in Admin Center > People > Team > Groups, with its members, or set `setup.create_groups: true`."


class Group(ZendeskKind):
    name = "group"
    path, many, one = "groups", "groups", "group"
    marked = ""
    by_title = True

    def wanted(self, account: Account) -> Sequence[Wanted]:
        create = account.rules.routing.setup.create_groups
        return [
            Wanted(
                key_of(self.name, group),
                {"name": group},
                manual="" if create or group in account.groups else f"Zendesk has no group {group}. {MAKE}",
            )
            for group in all_groups(account.rules.routing)
        ]

    def parse(self, raw: Json) -> Values:
        return {"name": text(raw.get("name"))}

    def body(self, values: Values) -> dict[str, Any]:
        return dict(values)

    def is_seen(self, raw: Json) -> bool:
        return not raw.get("deleted")


def all_groups(routing: RoutingConfig) -> list[str]:
    return sorted({*groups_named(routing), *(view.group for view in routing.setup.views.values() if view.group)})
