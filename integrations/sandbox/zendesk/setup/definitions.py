"""`/triggers/definitions` and its like: what conditions and actions this account has, with their values."""

from collections.abc import Iterable
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.state import State

_VIA = "0 4 5 8 16 23 24 26 27 29 30 31 33 34 35 38 41 48 49 50 54 55 56 57 67 72 73 74 78 86 88"
"""As one account lists them: one without a channel does not."""
_IS = ("is", "is_not")
_CHANGES = ("changed", "not_changed")
_ORDERED = (*_IS, "less_than", "greater_than", *_CHANGES)
_LIST = ("includes", "not_includes")
_HOURS = ("NEW", "OPEN", "PENDING", "SOLVED", "updated_at", "requester_updated_at", "assignee_updated_at")
_ACTIONS = (
    "status",
    "priority",
    "group_id",
    "assignee_id",
    "set_tags",
    "current_tags",
    "remove_tags",
    "comment_value",
    "comment_value_html",
    "comment_mode_is_public",
    "custom_status_id",
)
_WITHOUT_VALUE = frozenset({"changed", "not_changed", "present", "not_present"})


def statuses(state: State) -> list[str]:
    return ["new", "open", "pending", *(["hold"] if state.account.hold else []), "solved", "closed"]


def trigger_definitions(state: State) -> dict[str, list[Json]]:
    agents = [str(person.id) for person in state.people.values() if person.is_staff]
    conditions = [
        _one("status", "Status", _ORDERED, statuses(state)),
        _one("update_type", "Ticket", ("is",), ["Create", "Change"]),
        _one("current_via_id", "Update via", _IS, _VIA.split()),
        _one("role", "Current user", _IS, ["agent", "end_user", *agents]),
        _one("comment_is_public", "Comment", ("is",), ["true", "false", "not_relevant", "requester_can_see_comment"]),
        _one("priority", "Priority", _ORDERED, ["", "low", "normal", "high", "urgent"]),
        *_shared(state, changes=_CHANGES),
    ]
    actions = [*_ACTIONS, "notification_webhook"]
    return {"conditions_all": conditions, "conditions_any": conditions, "actions": _actions(state, actions)}


def view_definitions(state: State) -> dict[str, list[Json]]:
    """A view looks at how things are, not at what changes. How long ago something was is in `all` only."""
    conditions = [
        _one("status", "Status", (*_IS, "less_than", "greater_than"), statuses(state)),
        _one("priority", "Priority", (*_IS, "less_than", "greater_than"), ["", "low", "normal", "high", "urgent"]),
        *_shared(state, changes=()),
    ]
    hours = [_one(name, name, (*_IS, "less_than", "greater_than"), []) for name in _HOURS]
    return {"conditions_all": [*conditions, *hours], "conditions_any": conditions}


def macro_definitions(state: State) -> dict[str, list[Json]]:
    return {"actions": _actions(state, _ACTIONS)}


def _shared(state: State, changes: tuple[str, ...]) -> list[Json]:
    own = [str(one["id"]) for one in state.account.statuses]
    return [
        _one("via_id", "Channel", _IS, _VIA.split()),
        _one("group_id", "Group", (*_IS, *changes), ["", *map(str, state.groups)]),
        _one("current_tags", "Tags", _LIST, []),
        *([_one("custom_status_id", "Status", _LIST, own)] if own else []),
        *(
            _one(f"custom_fields_{number}", field.title, (*_IS, *changes, "present", "not_present"), [])
            for number, field in state.fields.items()
        ),
    ]


def _actions(state: State, names: Iterable[str]) -> list[Json]:
    offered = {"status": statuses(state)[1:-1], "comment_mode_is_public": ["true", "false"]}
    return [_action(name, offered.get(name, [])) for name in names]


def _one(subject: str, title: str, operators: tuple[str, ...], values: list[str]) -> Json:
    return {
        "subject": subject,
        "title": title,
        "type": "list" if values else "text",
        "nullable": False,
        "repeatable": False,  # and yet rules have a condition twice
        "operators": [
            {"value": one, "title": one.replace("_", " "), "terminal": one in _WITHOUT_VALUE} for one in operators
        ],
        "values": _values(values),
    }


def _action(subject: str, values: list[str]) -> Json:
    return {"subject": subject, "title": subject.replace("_", " "), "type": "list", "values": _values(values)}


def _values(values: list[str]) -> list[dict[str, Any]]:
    return [{"value": one, "title": one or "-", "enabled": True} for one in values]
