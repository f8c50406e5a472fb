"""Custom statuses. Who switches them on has Zendesk rewrite `status` in every rule: what says the same counts as it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.setup.values import Values, mapping, text

OWN: Final = "custom_status_id"
_FIELDS: Final = frozenset({"status", OWN})
_ORDER: Final = ("new", "open", "pending", "hold", "solved")
_ANY_OF: Final = frozenset({"is", "includes"})


@dataclass(frozen=True)
class Statuses:
    rows: Sequence[Any] = ()
    """As the account lists them; empty: it has none of its own."""

    def as_categories(self, values: Values) -> Values:
        """With Zendesk's own `status` wherever `custom_status_id` says just that."""
        if not self.rows:
            return values
        sides = {
            side: sorted(map(self._condition, values[side]), key=json.dumps)
            for side in ("all", "any")
            if _names(values, side)
        }
        if _names(values, "actions"):
            sides["actions"] = sorted(map(self._action, values["actions"]))
        return {**values, **sides}

    def _condition(self, row: Sequence[Any]) -> list[Any]:
        field, operator, value = row
        if field == OWN and operator in _ANY_OF:
            given = set(value) if isinstance(value, list) else set(text(value).replace(",", " ").split())
            for spelling, ids in self._spelled():
                if ids and ids == given:
                    return ["status", *spelling]
        return [*row]

    def _action(self, row: Sequence[str]) -> list[str]:
        field, value = row
        defaults = {f'"{text(one["id"])}"': one["status_category"] for one in self._known() if one.get("default")}
        return ["status", f'"{defaults[value]}"'] if field == OWN and value in defaults else [*row]

    def _spelled(self) -> Iterator[tuple[tuple[str, str], set[str]]]:
        for number, category in enumerate(_ORDER):
            yield ("is", category), self._ids((category,))
            yield ("less_than", category), self._ids(_ORDER[:number])

    def _ids(self, categories: Sequence[str]) -> set[str]:
        return {
            text(one["id"])
            for one in self._known()
            if one["status_category"] in categories and one.get("active") is not False
        }

    def _known(self) -> list[Any]:
        return [one for one in self.rows if mapping(one).get("status_category") in _ORDER]


def only_statuses_differ(fields: Iterable[tuple[str, Any, Any]]) -> bool:
    """Do rules differ in nothing but how they name statuses, and are custom ones among these?"""
    differing: list[Sequence[Any]] = []
    for name, old, new in fields:
        if name not in {"all", "any", "actions"}:
            return False
        differing += [row for row in (*old, *new) if row not in old or row not in new]
    return all(row[0] in _FIELDS for row in differing) and any(row[0] == OWN for row in differing)


def _names(values: Values, side: str) -> bool:
    return any(row[0] == OWN for row in values.get(side) or ())
