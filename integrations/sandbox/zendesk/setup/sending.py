"""Which webhooks a change calls: by the active triggers whose conditions hold, with their own body and secret."""

from collections.abc import Callable, Iterator
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.models import Ticket
from integrations.sandbox.zendesk.placeholders import expand, placeholder_values
from integrations.sandbox.zendesk.state import State

_ORDER = ("new", "open", "pending", "hold", "solved", "closed")


def called(state: State, ticket: Ticket, event: str, actor_id: int) -> Iterator[tuple[Json, bytes]]:
    """Each webhook with the body that its trigger gives it."""
    value_of = placeholder_values(state, ticket, state.person(actor_id))
    for trigger in [*state.account.triggers.values()]:
        if not trigger["active"] or not _holds(trigger["conditions"], ticket, event, actor_id):
            continue
        for action in trigger["actions"]:
            webhook = state.account.webhooks.get(_webhook_of(action))
            if webhook and webhook["status"] == "active":
                yield webhook, expand(str(action["value"][1]), value_of).encode()


def _webhook_of(action: Json) -> str:
    return str(action["value"][0]) if action["field"] == "notification_webhook" else ""


def _holds(conditions: Json, ticket: Ticket, event: str, actor_id: int) -> bool:
    def one(row: Json) -> bool:
        return _condition(row, ticket, event, actor_id)

    rows = conditions["any"]
    return all(map(one, conditions["all"])) and (not rows or any(map(one, rows)))


def _condition(row: Json, ticket: Ticket, event: str, actor_id: int) -> bool:
    """Those that the sandbox can judge; any other holds."""
    compare = _COMPARED.get(row["operator"])
    facts: dict[str, Any] = {
        "status": ticket.status,
        "update_type": "Create" if event == "ticket.created" else "Change",
        "role": str(actor_id),
        "group_id": str(ticket.group_id or ""),
    }
    if compare is None or row["field"] not in facts:
        return True
    return compare(facts[row["field"]], str(row["value"]))


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "is": lambda fact, value: fact == value,
    "is_not": lambda fact, value: fact != value,
    "less_than": lambda fact, value: fact in _ORDER and _ORDER.index(fact) < _ORDER.index(value),
}
