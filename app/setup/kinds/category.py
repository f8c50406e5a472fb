"""The category of our triggers. It has no description: it is ours by its name and its triggers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.marker import Marker
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, text
from integrations.errors import IntegrationError, NotFound, Refused
from integrations.zendesk.admin import Json

CATEGORY = "category/main"
TITLE = "Pointsman"


class Category(ZendeskKind):
    name = "category"
    path, many, one = "trigger_categories", "trigger_categories", "trigger_category"
    marked = ""
    update = "PATCH"

    def wanted(self, account: Account) -> Sequence[Wanted]:
        return [Wanted(CATEGORY, {"name": TITLE})] if account.rules.routing.setup.webhook else []

    def read(self, account: Account) -> Sequence[Remote]:
        """At most one: the one that we made, else one that holds a trigger of ours, else an empty one of our name."""
        try:
            rows = [*account.zendesk.all(self.path, self.many)]
        except (Refused, NotFound):  # the account's plan has none: the marker alone tells our triggers
            account.has_categories = False
            return [Remote("", TITLE, {"name": TITLE}, self._marker(account))]
        triggers = [*account.zendesk.all("triggers", "triggers")]
        known = account.recorded.get(CATEGORY)
        with_ours = {text(one.get("category_id")) for one in triggers if account.owns(one.get("description"))}
        used = {text(one.get("category_id")) for one in triggers}
        for is_it in (
            lambda row: known is not None and text(row["id"]) == known.remote_id,
            lambda row: text(row["id"]) in with_ours and row.get("name") == TITLE,
            lambda row: text(row["id"]) not in used and row.get("name") == TITLE,
        ):
            if found := [row for row in rows if is_it(row)]:
                return [replace(self.found(account, found[0]), marker=self._marker(account))]
        return []

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        """From the list where there is no request for one: none is documented."""
        try:
            found = super().read_one(account, remote_id)
        except IntegrationError:
            found = None
        rows = account.zendesk.all(self.path, self.many) if found is None else ()
        listed = (self.found(account, row) for row in rows if text(row.get("id")) == remote_id)
        found = found or next(listed, None)
        return replace(found, marker=self._marker(account)) if found else None

    def _marker(self, account: Account) -> Marker:
        return Marker(CATEGORY, account.instance)

    def parse(self, raw: Json) -> Values:
        return {"name": text(raw.get("name"))}

    def body(self, values: Values) -> dict[str, Any]:
        return dict(values)
