"""What people do by hand is found, named once, and left alone until somebody decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.setup.planner import make_plan
from tests.app.setup.conftest import MACROS, ROUTING, SetUp

Edit = Callable[[SetUp], object]


def _edit(table: str, named: str, /, **changes: Any) -> Edit:
    return lambda set_up: set_up.sandbox.zendesk.edit_object(table, set_up.object_of(table, named)["id"], **changes)


def _act(method: str, table: str, title: str) -> Edit:
    return lambda set_up: getattr(set_up.sandbox.zendesk, method)(table, set_up.object_of(table, title)["id"])


def _as_rich_text(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.save_macro_as_rich_text(set_up.object_of("macros", "Community::Mention")["id"])


RENAMED = _edit("views", "Stuck", title="Hot")
EDITS: list[tuple[Edit, str, str, list[str]]] = [
    (RENAMED, "view/stuck", "drifted", ["title"]),
    (
        _edit("views", "Stuck", restriction={"type": "Group", "id": 7, "ids": [7]}),
        "view/stuck",
        "drifted",
        ["restriction"],
    ),
    (
        _edit("triggers", "Pointsman: new tickets", conditions={"all": [], "any": []}),
        "trigger/created",
        "drifted",
        ["all"],
    ),
    (
        _edit("macros", "Community::Mention", actions=[]),
        "macro/community-mention",
        "drifted",
        ["reply", "public", "actions"],
    ),
    (_act("delete_object", "views", "Stuck"), "view/stuck", "drifted", []),
    (_edit("views", "Stuck", description="Mine now"), "view/stuck", "drifted", []),
    (_act("clone_object", "views", "Stuck"), "view/stuck", "copy", []),
]


@pytest.mark.parametrize(("edit", "key", "verb", "fields"), EDITS)
def test_each_hand_edit_is_found_and_named_once_and_not_overwritten(
    set_up: SetUp, edit: Edit, key: str, verb: str, fields: list[str]
) -> None:
    set_up.apply()
    edit(set_up)
    edited = set_up.everything()
    for _ in range(2):
        (step,) = [one for one in set_up.plan() if one.is_work]
        assert (step.key, step.verb, [change.name for change in step.fields]) == (key, verb, fields)
        assert set_up.apply().done == []
        assert set_up.everything() == edited


@pytest.mark.parametrize(
    "edit",
    [
        _as_rich_text,
        _act("reorder_conditions", "triggers", "Pointsman: new tickets"),
        _edit("views", "Stuck", position=3),
    ],
)
def test_what_only_looks_different_is_no_drift(set_up: SetUp, edit: Edit) -> None:
    set_up.apply()
    edit(set_up)
    assert set_up.open() == {}


@pytest.mark.parametrize(
    ("edit", "key"), [(one[0], one[1]) for one in EDITS if one[1] == "view/stuck" and one[2] != "copy"]
)
def test_restore_undoes_it(set_up: SetUp, edit: Edit, key: str) -> None:
    set_up.apply()
    edit(set_up)
    set_up.apply(restore=[key])
    assert set_up.open() == {}


def test_keep_keeps_it(set_up: SetUp) -> None:
    set_up.apply()
    RENAMED(set_up)
    set_up.routing = ROUTING.replace("setup:\n", "setup:\n  keep: {view/stuck: {title: Hot}}\n")
    assert set_up.open() == {}


def test_the_yaml_and_a_hand_at_once_are_a_conflict(set_up: SetUp) -> None:
    set_up.apply()
    RENAMED(set_up)
    set_up.routing = ROUTING.replace("title: Stuck", "title: Waits")
    (step,) = [one for one in set_up.plan() if one.is_work]
    assert (step.verb, step.fields[0].old, step.fields[0].new) == ("conflict", "Hot", "Waits")
    set_up.apply()
    assert set_up.object_of("views", "Hot")


def test_a_change_of_the_yaml_is_carried_out(set_up: SetUp) -> None:
    set_up.apply()
    set_up.routing = ROUTING.replace("title: Stuck", "title: Waits")
    set_up.macros = MACROS.replace("See you soon", "Until then")
    assert set_up.open() == {"view/stuck": "change", "macro/community-mention": "change"}
    set_up.apply()
    assert set_up.open() == {}
    assert set_up.object_of("views", "Waits")


def test_what_is_not_wanted_any_more_is_switched_off_and_never_deleted(set_up: SetUp) -> None:
    set_up.apply()
    set_up.routing = ROUTING.replace("    stuck: {title: Stuck, tags: needs_triage, below: solved}\n", "")
    assert set_up.open() == {"view/stuck": "unwanted"}
    set_up.apply()
    assert set_up.open() == {}
    assert set_up.object_of("views", "Stuck")["active"] is False
    set_up.routing = ROUTING
    set_up.apply()
    assert set_up.object_of("views", "Stuck")["active"] is True


def test_an_archetype_that_goes_keeps_its_option_because_tickets_have_it(set_up: SetUp) -> None:
    set_up.apply()
    number = set_up.object_of("fields", "Archetype")["id"]
    ticket_id = set_up.sandbox.zendesk.create_ticket(body="x", custom_fields={number: "archetype__non_english"})
    set_up.routing = ROUTING.replace(
        "  non_english: {description: Foreign., status: hold, by_rule_only: true}\n", ""
    ).replace("archetype: non_english", "archetype: mention")
    set_up.apply()
    assert set_up.open() == {}
    names = {one["value"]: one["name"] for one in set_up.object_of("fields", "Archetype")["custom_field_options"]}
    assert names["archetype__non_english"] == "non english (retired)"
    assert set_up.sandbox.zendesk.ticket(ticket_id)["custom_fields"][number] == "archetype__non_english"


def test_adopted_is_marked_first_and_compared_then(set_up: SetUp) -> None:
    zendesk = set_up.sandbox.zendesk
    conditions = {"all": [{"field": "status", "operator": "less_than", "value": "closed"}], "any": []}
    zendesk.add_object("views", title="Stuck", conditions=conditions, execution={}, restriction=None)
    set_up.apply()
    set_up.adopt("view/stuck")
    assert set_up.open() == {"view/stuck": "change"}
    set_up.apply()
    assert set_up.open() == {}
    assert len([row for row in zendesk.account_objects()["views"].values() if row["title"] == "Stuck"]) == 1


def test_what_changed_since_the_plan_was_made_is_not_overwritten(
    set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up.apply()
    set_up.routing = ROUTING.replace("title: Stuck", "title: Waits")
    account = set_up.account()
    plan = make_plan(account, set_up.records.setup_objects.all("main"))
    RENAMED(set_up)
    applied = set_up.applier(account).apply(plan)
    assert [why for _, why in applied.failed] == ["zendesk: it was changed since the plan was made; plan again"]
    assert set_up.object_of("views", "Hot")
