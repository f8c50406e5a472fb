"""What people do by hand to each kind of object, and under which key it must be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.app.setup.conftest import SetUp

MACRO = "Community::Mention"
HOOK = "hook/community-product"


class Hand(NamedTuple):
    key: str
    done: Callable[[SetUp], object]


def edited(table: str, named: str, /, **changes: Any) -> Callable[[SetUp], object]:
    """`named`: its title or name."""
    return lambda set_up: set_up.sandbox.zendesk.edit_object(table, found(set_up, table, named)["id"], **changes)


def deleted(table: str, named: str) -> Callable[[SetUp], object]:
    return lambda set_up: set_up.sandbox.zendesk.delete_object(table, found(set_up, table, named)["id"])


def found(set_up: SetUp, table: str, named: str) -> dict[str, Any]:
    rows = set_up.sandbox.zendesk.account_objects()[table].values()
    return next(row for row in rows if named in (row.get("title"), row.get("name")))


def _hook(**changes: Any) -> Callable[[SetUp], object]:
    return lambda set_up: set_up.sandbox.gitlab.edit_hook(next(iter(set_up.everything()["hooks"])), **changes)


def _options(change: Callable[[list[Any]], object]) -> Callable[[SetUp], object]:
    def done(set_up: SetUp) -> None:
        field = found(set_up, "fields", "Archetype")
        options = [dict(one) for one in field["custom_field_options"]]
        change(options)
        set_up.sandbox.zendesk.edit_object("fields", field["id"], custom_field_options=options)

    return done


def _rename(options: list[Any]) -> None:
    options[0]["name"] = options[0]["raw_name"] = "Hot"


def _reply(html: str) -> Callable[[SetUp], object]:
    return lambda set_up: set_up.sandbox.zendesk.edit_object(
        "macros",
        found(set_up, "macros", MACRO)["id"],
        actions=[
            {"field": "comment_value_html", "value": html},
            *[one for one in found(set_up, "macros", MACRO)["actions"] if one["field"] != "comment_value"],
        ],
    )


def _rich_with(change: Callable[[str], str]) -> Callable[[SetUp], object]:
    """Saved in the editor of Admin Center, and changed there."""

    def done(set_up: SetUp) -> None:
        number = found(set_up, "macros", MACRO)["id"]
        set_up.sandbox.zendesk.save_macro_as_rich_text(number)
        actions = found(set_up, "macros", MACRO)["actions"]
        actions = [{**one, "value": change(one["value"])} if "html" in one["field"] else one for one in actions]
        set_up.sandbox.zendesk.edit_object("macros", number, actions=actions)

    return done


NEW = "Pointsman: new tickets"
CLOSED = [{"field": "status", "operator": "less_than", "value": "closed"}]
HANDS: list[Hand] = [
    Hand("category/main", edited("categories", "Pointsman", name="Ours")),
    Hand("webhook/main", edited("webhooks", "Pointsman", endpoint="https://elsewhere.example/hook")),
    Hand("webhook/main", edited("webhooks", "Pointsman", status="inactive")),
    Hand("webhook/main", edited("webhooks", "Pointsman", name="Ours")),
    Hand("webhook/main", edited("webhooks", "Pointsman", authentication={"type": "bearer_token", "data": {}})),
    Hand("webhook/main", edited("webhooks", "Pointsman", custom_headers={"X-From": "us"})),
    Hand("trigger/created", edited("triggers", NEW, active=False)),
    Hand("trigger/created", edited("triggers", NEW, title="New ones")),
    Hand("trigger/created", edited("triggers", NEW, conditions={"all": CLOSED, "any": []})),
    Hand("trigger/created", edited("triggers", NEW, category_id=None)),
    Hand("trigger/created", deleted("triggers", NEW)),
    Hand("view/stuck", edited("views", "Stuck", title="Hot")),
    Hand("view/stuck", edited("views", "Stuck", active=False)),
    Hand("view/stuck", edited("views", "Stuck", conditions={"all": CLOSED, "any": []})),
    Hand("view/stuck", edited("views", "Stuck", restriction={"type": "Group", "id": 7, "ids": [7, 8]})),
    Hand("view/stuck", edited("views", "Stuck", description="Mine now")),
    Hand("view/stuck", deleted("views", "Stuck")),
    Hand("macro/community-mention", edited("macros", MACRO, title="Thanks")),
    Hand("macro/community-mention", edited("macros", MACRO, actions=[{"field": "status", "value": "open"}])),
    Hand("macro/community-mention", _rich_with(lambda html: html.replace("thank you", "<b>thank you</b>"))),
    Hand("macro/community-mention", _rich_with(lambda html: f'{html}<p><a href="https://other.example">here</a></p>')),
    Hand("macro/community-mention", _rich_with(lambda html: html.replace("mention", "mentions"))),
    Hand("macro/community-mention", _reply("<ul><li>Hi</li></ul>")),
    Hand("field/archetype", edited("fields", "Archetype", required=True)),
    Hand("field/archetype", edited("fields", "Archetype", visible_in_portal=True)),
    Hand("field/archetype", edited("fields", "Archetype", active=False)),
    Hand("field/archetype", _options(_rename)),
    Hand("field/archetype", _options(list.reverse)),
    Hand("field/archetype", _options(lambda options: options.append({"id": 9, "name": "Mine", "value": "mine"}))),
    Hand("field/issue", edited("fields", "GitLab issue", title="Issue")),
    Hand(HOOK, _hook(note_events=False)),
    Hand(HOOK, _hook(push_events=True)),
    Hand(HOOK, _hook(name="Ours")),
    Hand(HOOK, _hook(url="https://elsewhere.example/hook")),
    Hand(HOOK, lambda set_up: set_up.sandbox.gitlab.delete_hook(next(iter(set_up.everything()["hooks"])))),
]
