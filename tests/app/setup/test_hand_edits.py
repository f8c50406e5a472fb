"""What people do around ours: it is said once, for what it is, and costs nothing else."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from app.setup.kinds.webhook import Webhook
from app.setup.names import key_of
from integrations.errors import Refused
from tests.app.setup.conftest import ROUTING, SetUp


def test_a_webhook_deleted_by_hand_is_said_once_and_made_again_with_its_secret_and_triggers(set_up: SetUp) -> None:
    set_up.apply()
    (number,) = set_up.sandbox.zendesk.account_objects()["webhooks"]
    set_up.sandbox.zendesk.delete_object("webhooks", number)
    assert set_up.open() == {"webhook/main": "drifted"}
    set_up.apply(restore=["webhook/main"])
    assert set_up.open() == {"secret/zendesk": "change", "trigger/created": "change", "trigger/changed": "change"}
    set_up.apply()
    assert set_up.open() == {}


@pytest.mark.parametrize("changes", [{"description": None}, {"title": "Copy of it", "description": None}])
def test_a_trigger_without_marker_in_our_category_changes_nothing_else(set_up: SetUp, changes: dict[str, Any]) -> None:
    set_up.apply()
    zendesk = set_up.sandbox.zendesk
    clone = zendesk.clone_object("triggers", set_up.object_of("triggers", "Pointsman: new tickets")["id"])
    zendesk.edit_object("triggers", clone, **changes)
    assert set_up.open() == {}


def test_a_category_renamed_by_hand_is_still_ours(set_up: SetUp) -> None:
    set_up.apply()
    (number,) = set_up.sandbox.zendesk.account_objects()["categories"]
    set_up.sandbox.zendesk.edit_object("categories", number, name="Ours")
    assert set_up.open() == {"category/main": "drifted"}


def test_a_hand_edit_after_the_records_were_lost_is_found_because_what_is_right_is_recorded_again(
    set_up: SetUp,
) -> None:
    set_up.apply()
    set_up.records.setup_objects.forget("main", "view/stuck")
    set_up.apply()
    set_up.sandbox.zendesk.edit_object("views", set_up.object_of("views", "Stuck")["id"], title="Hot")
    assert set_up.open() == {"view/stuck": "drifted"}


def test_to_adopt_adds_the_marker_to_what_is_written_there_and_changes_nothing_else(set_up: SetUp) -> None:
    html = [{"field": "comment_value_html", "value": '<p>Hi <b>you</b> <a href="http://x">x</a></p>'}]
    number = set_up.sandbox.zendesk.add_object(
        "macros", title="Community::Mention", description="Ask Ann", actions=html, restriction=None
    )
    set_up.adopt("macro/community-mention")
    macro = set_up.sandbox.zendesk.account_objects()["macros"][str(number)]
    assert macro["actions"] == html
    assert macro["description"].splitlines() == [
        "Ask Ann",
        "Managed by Pointsman (key macro/community-mention, id main). Change routing.yaml, not this.",
    ]


def test_what_calls_a_webhook_that_was_made_by_hand_waits_until_it_is_taken_over(set_up: SetUp) -> None:
    """Nothing fails, and what can be made without it is made."""
    account = set_up.account()
    (wanted,) = Webhook().wanted(account)
    account.zendesk.send("POST", "webhooks", {"webhook": Webhook().body(wanted.values)})
    assert set_up.apply().failed == []
    waits = dict.fromkeys(["secret/zendesk", "trigger/created", "trigger/changed"], "manual")
    assert set_up.open() == {"webhook/main": "adopt", **waits}
    set_up.adopt("webhook/main")
    assert set_up.apply().failed == []
    assert set_up.open() == {}


def test_a_persons_own_view_of_the_same_name_does_not_matter(set_up: SetUp) -> None:
    mine = {"type": "User", "id": 5, "ids": [5]}
    set_up.sandbox.zendesk.add_object("views", title="Stuck", conditions={}, execution={}, restriction=mine)
    set_up.apply()
    assert set_up.open() == {}


def test_a_hook_whose_secret_gitlab_dropped_gets_it_again(set_up: SetUp) -> None:
    set_up.apply()
    account = set_up.account()
    (row,) = account.gitlab.hooks(account.projects["community/product"])
    for url in ("https://elsewhere.example", row["url"]):
        account.gitlab.change_hook(account.projects["community/product"], str(row["id"]), {"url": url})
    assert set_up.open() == {"hook/community-product": "change"}
    set_up.apply()
    assert set_up.open() == {}


def test_the_hook_of_a_tracker_that_left_the_yaml_is_switched_off(set_up: SetUp) -> None:
    set_up.apply()
    set_up.routing = ROUTING.replace("community/product", "community/infrastructure")
    assert set_up.open()["hook/community-product"] == "unwanted"
    set_up.apply()
    assert set_up.open() == {}


def test_a_macro_with_on_hold_waits_while_it_is_off(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.switch_hold(False)
    set_up.macros = set_up.macros.replace("status: solved", "status: hold")
    waits = {step.key: step.reason for step in set_up.plan() if step.verb == "manual"}
    assert waits["macro/community-mention"] == "it waits for hold/status"


def test_a_view_of_a_channel_that_zendesk_cannot_tell_is_not_made_of_everything(set_up: SetUp) -> None:
    set_up.routing = ROUTING.replace(
        "channels:\n",
        "channels:\n  list: {title: List, recognise: {addresses: ['a@b.c']}, public: true, reply: zendesk}\n",
    ).replace("below: solved}", "below: solved, channel: list}")
    assert set_up.open()["view/stuck"] == "manual"


def test_a_secret_is_left_in_no_other_file(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(set_up.folder)
    before = {*set_up.folder.iterdir()}
    environ = {name: value for name, value in set_up.environ().items() if name != "GITLAB_WEBHOOK_SECRET_FILE"}
    monkeypatch.setattr(set_up, "environ", lambda: environ | {"GITLAB_WEBHOOK_SECRET": "whsec_" + "A" * 43 + "="})
    set_up.sandbox.gitlab.signing = False
    (failed,) = set_up.apply().failed
    assert "GITLAB_WEBHOOK_SECRET_FILE" in failed[1]
    new = {path.name for path in {*set_up.folder.iterdir()} - before}
    assert {name for name in new if not name.startswith("setup.db")} == {"zendesk_webhook_secret"}
    with pytest.raises(Refused):
        set_up.account().gitlab_secret.put("one")


def test_the_lock_dies_with_its_process(set_up: SetUp) -> None:
    lock = set_up.records.setup_objects.lock
    host = socket.gethostname()
    assert lock(f"{host}:1", now="1", until="9", is_gone=lambda _: False)
    assert not lock(f"{host}:2", now="2", until="9", is_gone=lambda _: False)
    assert lock(f"{host}:1", now="3", until="9", is_gone=lambda _: False)
    assert lock(f"{host}:2", now="4", until="9", is_gone=lambda owner: owner == f"{host}:1")
    set_up.records.setup_objects.unlock(f"{host}:1")
    assert not lock(f"{host}:3", now="5", until="9", is_gone=lambda _: False)
    assert lock(f"{host}:3", now="95", until="99", is_gone=lambda _: False)


def test_no_two_names_share_a_key() -> None:
    names = ("Упоминание", "Решено", "a" * 200, "a" * 201, "Community::Mention", "mention!")
    assert len({key_of("macro", name) for name in names}) == len(names)
    assert all(len(key_of("macro", name, name)) < 180 for name in names)
