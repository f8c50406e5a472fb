"""Says what the sandbox says in other forms that mean the same, as the servers of accounts do."""

from __future__ import annotations

import json
import random
from typing import Any

ONE = {"trigger", "view", "macro", "webhook", "ticket_field", "trigger_category"}
MANY = {"triggers", "views", "macros", "webhooks", "ticket_fields", "trigger_categories"}


class OtherForms:
    """The same object may look different each time that it is read."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def of_answer(self, body: dict[str, Any]) -> dict[str, Any]:
        def rewritten(name: str, value: Any) -> Any:
            if name in ONE:
                return self._object(value)
            return self._shuffled([*map(self._object, value)]) if name in MANY else value

        return {name: rewritten(name, value) for name, value in body.items()}

    def _object(self, raw: dict[str, Any]) -> dict[str, Any]:
        raw = {**raw, "position": self._chance.randrange(9999), "x_new": {"of": "Zendesk"}}
        raw["description"] = raw.get("description") or self._one_of(None, "")
        if "conditions" in raw:
            raw["conditions"] = {
                side: self._shuffled([*map(self._condition, rows)]) for side, rows in raw["conditions"].items()
            }
        if "actions" in raw:
            raw["actions"] = self._shuffled([*map(self._action, raw["actions"])])
        if raw.get("category_id"):
            raw["category_id"] = self._one_of(int, str)(raw["category_id"])
        for column in raw.get("execution", {}).get("columns", ()):
            column.pop("filterable", None)
        if "endpoint" in raw:
            other = raw["endpoint"].replace("pointsman.example", "Pointsman.Example") + "/"
            raw["endpoint"] = self._one_of(raw["endpoint"], other)
        return raw

    def _condition(self, row: dict[str, Any]) -> dict[str, Any]:
        value = row["value"]
        if row["field"] == "current_tags":
            value = "  ".join(self._shuffled(value.split()))
        elif isinstance(value, str) and value.isdecimal():
            value = self._one_of(int(value), value)
        return {**row, "value": value}

    def _action(self, row: dict[str, Any]) -> dict[str, Any]:
        field, value = row["field"], row["value"]
        if field == "notification_webhook":
            indented = json.dumps(json.loads(value[1]), indent=2).replace("\n", "\r\n")
            return {"field": field, "value": [value[0], self._one_of(value[1], indented)]}
        if field == "comment_value":
            html = "".join(f"<p dir='auto'>{one}</p>" for one in value.split("\n\n")).replace("\n", "<br/>")
            field, value = self._one_of(
                (field, value), (field, ["channel:all", f"{value} \n"]), ("comment_value_html", html)
            )
        elif field == "comment_mode_is_public":
            value = self._one_of(value == "true", value)
        return {"field": field, "value": value}

    def _one_of(self, *forms: Any) -> Any:
        return self._chance.choice(forms)

    def _shuffled(self, rows: list[Any]) -> list[Any]:
        return self._chance.sample(rows, len(rows))
