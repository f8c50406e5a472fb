"""The category of our triggers. It has no description: ours is called Pointsman, and holds no foreign trigger."""

from collections.abc import Sequence
from typing import Any

from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.marker import Marker
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, text
from integrations.errors import Refused
from integrations.zendesk.admin import Json

CATEGORY = "category/main"
TITLE = "Pointsman"


class Category(ZendeskKind):
    name = "category"
    path, many, one = "trigger_categories", "trigger_categories", "trigger_category"
    marked = ""
    by_title = True
    update = "PATCH"

    def wanted(self, account: Account) -> Sequence[Wanted]:
        return [Wanted(CATEGORY, {"name": TITLE})] if account.rules.routing.setup.webhook else []

    def read(self, account: Account) -> Sequence[Remote]:
        try:
            found = [one for one in super().read(account) if one.title == TITLE]
        except Refused:  # the account's plan has none: the marker alone tells our triggers
            return [Remote("", TITLE, {"name": TITLE}, None)]
        if not found:
            return []
        triggers = [*account.zendesk.all("triggers", "triggers")]
        return [one for one in found if not _foreign(triggers, one.remote_id)]

    def parse(self, raw: Json) -> Values:
        return {"name": text(raw.get("name"))}

    def body(self, values: Values) -> dict[str, Any]:
        return dict(values)


def _foreign(triggers: Sequence[Json], category_id: str) -> bool:
    inside = [one for one in triggers if text(one.get("category_id")) == category_id]
    return any(Marker.in_text(one.get("description")) is None for one in inside)
