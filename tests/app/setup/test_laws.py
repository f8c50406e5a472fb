"""What holds whatever happens: applied is applied, nothing is made twice, and nothing of others is touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app.setup.kinds.macro import Macro
from app.setup.kinds.signing_secret import SigningSecret
from app.setup.kinds.ticket_field import TicketField
from app.setup.kinds.trigger import Trigger
from app.setup.kinds.view import View
from app.setup.kinds.webhook import Webhook
from app.setup.marker import Marker
from app.setup.planner import make_plan
from integrations.sandbox.faults import Fault
from tests.app.setup.conftest import ROUTING, SetUp


def test_applied_is_unchanged_for_every_kind_and_twice_is_once(set_up: SetUp) -> None:
    planned = {step.kind for step in set_up.plan()}
    assert planned == {
        "hold", "group", "field", "label", "category", "webhook", "secret", "trigger", "view", "macro", "hook",
    }  # fmt: skip
    assert set_up.apply().failed == []
    assert set_up.open() == {}
    before = set_up.everything()
    assert set_up.apply().done == []
    assert set_up.everything() == before


def test_a_limit_half_way_stops_it_and_the_next_run_goes_on(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.faults.add(
        Fault(method="POST", path="/api/v2/views", status=429, headers={"Retry-After": "9"})
    )
    applied = set_up.apply()
    ((item, why),) = applied.failed
    assert item.step.key == "view/twitter"
    assert why.endswith("it asks to wait for 9 s")
    assert applied.open
    assert set_up.apply().failed == []
    assert set_up.open() == {}


def test_triggers_call_us_only_when_everything_else_is_there(set_up: SetUp) -> None:
    """A run that ends early leaves none that calls into the void, and the next one switches them on."""
    set_up.sandbox.gitlab.faults.add(Fault(method="POST", path=".*/hooks", status=429))
    applied = set_up.apply()
    assert [item.step.key for item in applied.open] == ["trigger/created", "trigger/changed"]
    assert [row["active"] for row in set_up.everything()["triggers"].values()] == [False, False]
    tried: list[str] = []
    account = set_up.account()
    plan = make_plan(account, set_up.records.setup_objects.all("main"))
    applier = replace(set_up.applier(account), before_calls=lambda: tried.append("once"))
    assert [item.step.key for item in applier.apply(plan).done][-2:] == ["trigger/created", "trigger/changed"]
    assert tried
    assert set_up.open() == {}


def test_what_a_list_does_not_show_yet_is_not_made_twice(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up.apply()
    for kind in (TicketField, Webhook, SigningSecret, Trigger, View, Macro):
        monkeypatch.setattr(kind, "read", lambda _kind, _account: [])
    assert set_up.open() == {}, "each was asked for by its id"


def test_triggers_stay_off_while_nobody_could_check_what_they_send(set_up: SetUp) -> None:
    (set_up.folder / "zendesk_webhook_secret").mkdir()
    with pytest.raises(IsADirectoryError):
        set_up.apply()
    (set_up.folder / "zendesk_webhook_secret").rmdir()
    set_up.sandbox.zendesk.faults.add(Fault(path=".*/signing_secret", status=403, times=0))
    failed = {item.step.key: why for item, why in set_up.apply().failed}
    assert "until secret/zendesk is done" in failed["trigger/created"]
    set_up.sandbox.zendesk.faults.clear()
    ((_, why), _) = set_up.apply(only=["trigger"]).failed
    assert "until secret/zendesk is done" in why
    assert set_up.apply().failed == []
    assert set_up.open() == {}


def test_what_bears_no_marker_never_changes(set_up: SetUp) -> None:
    zendesk = set_up.sandbox.zendesk
    foreign = {
        zendesk.add_object("views", title="Stuck", conditions={"all": [], "any": []}, execution={}),
        zendesk.add_object("macros", title="Community::Mention", actions=[]),
        zendesk.add_object("triggers", title="Notify", actions=[], conditions={"all": [], "any": []}, category_id=None),
    }
    before = _rows(set_up, foreign)
    set_up.apply()
    assert set_up.open() == {"view/stuck": "adopt", "macro/community-mention": "adopt"}
    set_up.routing = ROUTING.replace("Stuck", "Waits")
    set_up.apply(restore=["view/stuck"])
    assert _rows(set_up, foreign) == before


@pytest.mark.parametrize("instance", ["main", "staging"])
def test_two_services_share_an_account_and_leave_each_other_alone(set_up: SetUp, instance: str) -> None:
    set_up.apply()
    before = set_up.everything()
    other = SetUp(set_up.sandbox, set_up.folder, set_up.records)
    other.routing = ROUTING.replace("setup:\n", f"setup:\n  instance: {instance}\n")
    other.apply(only=["view", "macro"])
    after = set_up.everything()
    for table in ("views", "macros"):
        assert {key: after[table][key] for key in before[table]} == before[table]
        assert len(after[table]) == len(before[table]) * (2 if instance == "staging" else 1)
    assert set_up.open() == {}


def _rows(set_up: SetUp, numbers: set[int]) -> list[Any]:
    tables = set_up.everything().values()
    return [row for rows in tables for row in rows.values() if row["id"] in numbers]


def doubled(set_up: SetUp) -> dict[str, int]:
    """Markers, names of categories and hooks that are there more than once."""
    tables = set_up.everything()
    found: Counter[str] = Counter()
    for rows in tables.values():
        for row in rows.values():
            marker = Marker.in_text(row.get("description")) or Marker.in_text(row.get("agent_description"))
            found[str(marker or row.get("name"))] += 1
    project = set_up.account().projects["community/product"]
    found.update(str(row["url"]) for row in set_up.account().gitlab.hooks(project))
    return {name: count for name, count in found.items() if count > 1}
