"""The values of an object that we manage, in one form for both sides, so that only real differences are seen.

What the servers rewrite is documented per object in docs/decisions/0011-setup-as-code.md.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Values = Mapping[str, Any]
"""Field to plain JSON, in the canonical form."""

_REFERENCE: Final = re.compile(r"<<([a-z_]+/[a-z0-9_./-]+)>>")
_WITHOUT_VALUE: Final = frozenset({"changed", "not_changed", "present", "not_present"})


def reference(key: str) -> str:
    """Stands for the id of another object, which may not exist yet."""
    return f"<<{key}>>"


def references_in(value: object) -> set[str]:
    return set(_REFERENCE.findall(json.dumps(value, ensure_ascii=False)))


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """With the ids of what exists; other references stay."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: ids.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: resolved(one, ids) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(one, ids) for one in value]
    return value


def text(value: object) -> str:
    """null, truth and numbers as the texts that people would write."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_terminal(operator: str) -> bool:
    """Does it take no value?"""
    return operator in _WITHOUT_VALUE


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def conditions(rows: object) -> list[list[Any]]:
    """`[field, operator, value]`, sorted: people reorder them, and Zendesk rewrites types."""
    found = [_condition(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, Sequence) else []
    return sorted(found, key=json.dumps)


def _condition(row: Mapping[str, Any]) -> list[Any]:
    field, operator, value = text(row.get("field")), text(row.get("operator")), row.get("value")
    if operator in _WITHOUT_VALUE:
        return [field, operator, ""]
    if field in {"current_tags", "set_tags", "remove_tags"}:
        return [field, operator, " ".join(sorted(text(value).split()))]
    return [field, operator, sorted(map(text, value)) if isinstance(value, list) else text(value)]


def condition_rows(canonical: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """As they are sent."""
    return [
        {"field": field, "operator": operator, "value": None if operator in _WITHOUT_VALUE else value}
        for field, operator, value in canonical
    ]


def differences(wanted: Values, current: Values) -> list[tuple[str, Any, Any]]:
    """`(field, current, wanted)` of each field that differs. Fields that are not wanted do not count."""
    return [(name, current.get(name), value) for name, value in wanted.items() if current.get(name) != value]
