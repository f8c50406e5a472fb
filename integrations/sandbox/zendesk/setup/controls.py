"""The hands of an admin who works in Admin Center: what people do to an account besides `pointsman setup`."""

import copy
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.account_objects import AccountObjects, Table
from integrations.sandbox.zendesk.setup.definitions import statuses
from integrations.sandbox.zendesk.state import ADVOCATE_ID, State


class SetupControls:
    _state: State

    def account_objects(self) -> dict[str, Table]:
        """Everything that was made there, as the API shows it."""
        with self._state.lock:
            return self._state.account.snapshot()

    def edit_object(self, table: str, number: int | str, **changes: Any) -> None:
        """By hand: any attribute as the API shows it, such as `title` or `conditions`."""
        with self._state.lock:
            raw = self._state.account.table(table)[str(number)]
            raw.update(changes)
            if "title" in changes:
                raw["raw_title"] = changes["title"]
            raw["updated_at"] = self._state.stamp()
            if self._state.account.revisions is not None:
                revision = {"author_id": ADVOCATE_ID, "created_at": raw["updated_at"]}
                self._state.account.revisions.setdefault(str(number), []).append(revision)

    def keep_revisions(self) -> None:
        """As accounts of the largest plan do, of triggers."""
        self._state.account.revisions = {}

    def reorder_conditions(self, table: str, number: int | str) -> None:
        with self._state.lock:
            for rows in self._state.account.table(table)[str(number)]["conditions"].values():
                rows.reverse()

    def save_macro_as_rich_text(self, number: int | str) -> None:
        """As the editor of Admin Center does: the plain comment becomes an HTML one."""
        with self._state.lock:
            for action in self._state.account.macros[str(number)]["actions"]:
                if action["field"] == "comment_value":
                    lines = [part.replace("\n", "<br>") for part in str(action["value"]).split("\n\n")]
                    action |= {"field": "comment_value_html", "value": "".join(f"<p>{one}</p>" for one in lines)}

    def clone_object(self, table: str, number: int | str) -> int:
        """With its description, and so with the marker."""
        with self._state.lock:
            account = self._state.account
            raw = copy.deepcopy(account.table(table)[str(number)])
            raw["id"] = account.new_id()
            raw["title"] = raw["raw_title"] = f"Copy of {raw['title']}"
            account.table(table)[str(raw["id"])] = raw
            return int(raw["id"])

    def delete_object(self, table: str, number: int | str) -> None:
        with self._state.lock:
            del self._state.account.table(table)[str(number)]

    def add_object(self, table: str, **raw: Any) -> int:
        """One that a person made."""
        with self._state.lock:
            account = self._state.account
            number = account.new_id()
            shown: Json = {"id": number, "active": True, "description": None, "updated_at": self._state.stamp(), **raw}
            shown.setdefault("raw_title", shown.get("title"))
            account.table(table)[str(number)] = shown
            return number

    def account_invocations(self) -> list[Json]:
        """What was sent to webhooks that were made over the API, the oldest first."""
        with self._state.lock:
            return [*self._state.account.invocations]

    def forget_set_up(self) -> None:
        """As an account in which nothing was made over the API, and On-hold is on."""
        with self._state.lock:
            for number in self._state.account.fields:
                self._state.fields.pop(int(number), None)
            for group in self._state.made_groups:
                del self._state.groups[group]
            self._state.made_groups.clear()
            self._state.account = AccountObjects()

    def give_oauth_token(self, **said: Any) -> None:
        """What it says of itself: `scopes`, `expires_at`."""
        self._state.account.oauth |= said

    def switch_workspace(self, on: bool) -> None:
        self._state.account.has_workspace = on

    def switch_categories(self, on: bool) -> None:
        self._state.account.has_categories = on

    def switch_custom_statuses_on(self) -> None:
        """Zendesk makes one of each category, and rewrites the statuses of every rule by itself."""
        with self._state.lock:
            account = self._state.account
            account.statuses = [
                {"id": account.new_id(), "status_category": one, "agent_label": one, "active": True, "default": True}
                for one in statuses(self._state)
                if one != "closed"
            ]
            for raw in [*account.triggers.values(), *account.views.values()]:
                for side, rows in raw["conditions"].items():
                    raw["conditions"][side] = [_with_own_status(account.statuses, row) for row in rows]
            for raw in account.macros.values():
                raw["actions"] = [_with_own_status(account.statuses, action) for action in raw["actions"]]

    def add_form(self, name: str, field_ids: list[int]) -> int:
        """With forms, only the fields of a ticket's form show on it."""
        return self.add_object("forms", name=name, title=name, ticket_field_ids=field_ids)

    def switch_hold(self, on: bool) -> None:
        self._state.account.hold = on


def _with_own_status(own: list[Json], row: Json) -> Json:
    """`less_than pending` becomes those of both categories; what closed says has no status of its own."""
    if row["field"] != "status" or row["value"] == "closed":
        return row
    ids = {one["status_category"]: str(one["id"]) for one in own}
    if "operator" not in row:
        return {"field": "custom_status_id", "value": ids[row["value"]]}
    before = [*ids][: [*ids].index(row["value"])]
    names = before if row["operator"] == "less_than" else [row["value"]]
    return {"field": "custom_status_id", "operator": "includes", "value": [ids[name] for name in names]}
