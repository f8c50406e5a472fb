"""Whether this account knows every condition and action of the plan. Asked before anything is written."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.setup.objects import Account
from app.setup.offered import Definitions, Offered, operators_of, values_of
from app.setup.planner import Item
from app.setup.values import is_terminal, references_in

_NOT_SENT = frozenset({"unchanged", "manual", "copy", "unwanted"})
_TAGS = frozenset({"current_tags", "set_tags", "remove_tags"})
_COMMENT = ("comment_value", "comment_mode_is_public")


def problems(account: Account, items: Iterable[Item]) -> list[str]:
    """One sentence each, with its place. None where Zendesk names no definitions."""
    return [
        f"{item.step.place or item.step.key}: {item.step.key}: {problem}"
        for item in items
        if item.step.verb not in _NOT_SENT
        for problem in _of_item(item, account.definitions.get(item.kind.name, Offered()))
    ]


def _of_item(item: Item, offered: Offered) -> Iterator[str]:
    for side, known in (("all", offered.all), ("any", offered.any)):
        if known:
            for row in item.values.get(side, ()):
                yield from _condition(row, known, is_exact=offered.is_exact)
    if offered.actions:
        for field, value in item.values.get("actions", ()):
            yield from _action(field, json.loads(value), offered.actions)
        if "reply" in item.values:
            yield from (f"this account has no action `{field}`" for field in _COMMENT if field not in offered.actions)


def _condition(row: Sequence[Any], known: Definitions, *, is_exact: bool) -> Iterator[str]:
    field, operator, value = row
    definition = known.get(field)
    if definition is None:
        if is_exact and not _has_own_statuses(field, known):
            yield f"this account has no condition `{field}`"
        return
    operators = operators_of(definition)
    if is_exact and operators and operator not in operators:
        yield f"`{field}` takes {', '.join(operators)}, not `{operator}`"
    elif not is_terminal(operator) and field not in _TAGS:
        yield from _unknown(field, value if isinstance(value, list) else [value], values_of(definition))


def _action(field: str, value: object, known: Definitions) -> Iterator[str]:
    """A webhook is not listed before there is one; a list is a call with its body."""
    if field not in known:
        if field != "notification_webhook" and not _has_own_statuses(field, known):
            yield f"this account has no action `{field}`"
    elif isinstance(value, str) and field not in _TAGS:
        yield from _unknown(field, [value], values_of(known[field]))


def _unknown(field: str, given: Sequence[str], offered: Iterable[str]) -> Iterator[str]:
    for one in given:
        if offered and one and one not in offered and not references_in(one):
            yield f"`{field}` has no value `{one}` in this account"


def _has_own_statuses(field: str, known: Definitions) -> bool:
    """With custom statuses Zendesk lists theirs, and still takes `status`."""
    return field == "status" and "custom_status_id" in known
