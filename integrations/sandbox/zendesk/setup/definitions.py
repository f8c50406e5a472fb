"""`/triggers/definitions`: what conditions and actions this account has, with their values."""

from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.state import State

_VIA = "0 4 5 8 16 23 24 26 27 29 30 31 33 34 35 38 41 48 49 50 54 55 56 57 67 72 73 74 78 86 88"
"""As one account lists them: one without a channel does not."""
_IS = ("is", "is_not")
_ORDERED = (*_IS, "less_than", "greater_than", "changed", "not_changed")
_LIST = ("includes", "not_includes")
_WITHOUT_VALUE = frozenset({"changed", "not_changed", "present", "not_present"})


def statuses(state: State) -> list[str]:
    return ["new", "open", "pending", *(["hold"] if state.account.hold else []), "solved", "closed"]


def definitions(state: State) -> dict[str, list[Json]]:
    agents = [str(person.id) for person in state.people.values() if person.is_staff]
    conditions = [
        _one("status", "Status", _ORDERED, statuses(state)),
        _one("update_type", "Ticket", ("is",), ["Create", "Change"]),
        _one("via_id", "Channel", _IS, _VIA.split()),
        _one("current_via_id", "Update via", _IS, _VIA.split()),
        _one("role", "Current user", _IS, ["agent", "end_user", *agents]),
        _one("group_id", "Group", (*_IS, "changed", "not_changed"), ["", *map(str, state.groups)]),
        _one("current_tags", "Tags", _LIST, []),
        _one("comment_is_public", "Comment", ("is",), ["true", "false", "not_relevant", "requester_can_see_comment"]),
        _one("priority", "Priority", _ORDERED, ["", "low", "normal", "high", "urgent"]),
    ]
    conditions += [
        _one(f"custom_fields_{number}", field.title, (*_IS, "changed", "not_changed", "present", "not_present"), [])
        for number, field in state.fields.items()
    ]
    actions = ["status", "priority", "group_id", "assignee_id", "set_tags", "current_tags", "remove_tags"]
    actions += ["comment_value", "comment_value_html", "comment_mode_is_public", "notification_webhook"]
    return {
        "conditions_all": conditions,
        "conditions_any": conditions,
        "actions": [_action(name, statuses(state)[1:-1] if name == "status" else []) for name in actions],
    }


def _one(subject: str, title: str, operators: tuple[str, ...], values: list[str]) -> Json:
    return {
        "subject": subject,
        "title": title,
        "type": "list" if values else "text",
        "nullable": False,
        "repeatable": False,
        "operators": [
            {"value": one, "title": one.replace("_", " "), "terminal": one in _WITHOUT_VALUE} for one in operators
        ],
        "values": _values(values),
    }


def _action(subject: str, values: list[str]) -> Json:
    return {"subject": subject, "title": subject.replace("_", " "), "type": "list", "values": _values(values)}


def _values(values: list[str]) -> list[dict[str, Any]]:
    return [{"value": one, "title": one or "-", "enabled": True} for one in values]
