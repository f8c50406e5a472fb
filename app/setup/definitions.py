"""Whether this account knows every condition and action of the plan. Asked before anything is written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.setup.objects import Account
from app.setup.planner import Item
from app.setup.values import references_in, text

_RULES = frozenset({"trigger", "view"})
_ALWAYS = frozenset({"current_tags", "status", "notification_webhook"})


def problems(account: Account, items: Iterable[Item]) -> list[str]:
    """One sentence each, with its place. None where Zendesk names no definitions."""
    known = {text(one.get("subject")): one for one in account.definitions.get("conditions_all") or ()}
    actions = {text(one.get("subject")): one for one in account.definitions.get("actions") or ()}
    found = []
    for item in items:
        if item.step.verb in {"unchanged", "manual", "copy", "unwanted"}:
            continue
        said = []
        if item.kind.name in _RULES and known:
            rows = [*item.values.get("all", ()), *item.values.get("any", ())]
            said = [_condition(row, known, strict=item.kind.name == "trigger") for row in rows]
        if item.kind.name in {"trigger", "macro"} and actions:
            said += [_action(row, actions) for row in item.values.get("actions", ())]
        found += [f"{item.step.place or item.step.key}: {item.step.key}: {one}" for one in said if one]
    return found


def _condition(row: Sequence[str], known: Mapping[str, Mapping[str, Any]], *, strict: bool) -> str:
    """A view has conditions that a trigger has not, such as the hours; the definitions are those of triggers."""
    field, operator, value = row
    definition = known.get(field)
    if definition is None:
        return f"this account has no condition `{field}`" if strict else ""
    operators = [text(one.get("value")) for one in definition.get("operators") or ()]
    if strict and operators and operator not in operators:
        return f"`{field}` takes {', '.join(operators)}, not `{operator}`"
    values = {text(one.get("value")) for one in definition.get("values") or ()}
    if values and value and value not in values and not references_in(value) and field != "current_tags":
        return f"`{field}` has no value `{value}` in this account"
    return ""


def _action(row: Sequence[str], known: Mapping[str, Mapping[str, Any]]) -> str:
    field, value = row[0], row[1].strip('"')
    if field not in known:
        return "" if field in _ALWAYS else f"this account has no action `{field}`"
    values = {text(one.get("value")) for one in known[field].get("values") or ()}
    refused = field == "status" and values and value not in values
    return f"`{field}` has no value `{value}` in this account" if refused else ""
