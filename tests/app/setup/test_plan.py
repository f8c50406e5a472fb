"""What stands in a plan: the handbook's views, macros for advocates, and what is refused before anything is written."""

from __future__ import annotations

from typing import Any

import pytest

from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from app.setup import definitions
from app.setup.planner import make_plan
from integrations.errors import Refused
from integrations.sandbox.faults import Fault
from tests.app.setup.conftest import MACROS, ROUTING, SetUp


def test_the_view_of_twitter_is_the_handbooks(set_up: SetUp) -> None:
    """Group Twitter, channel not Twitter DM (which has two ids), new and open tickets."""
    set_up.apply()
    view = set_up.object_of("views", "Twitter")
    (group,) = [row["id"] for row in set_up.account().zendesk.all("groups", "groups") if row["name"] == "Twitter"]
    assert sorted((row["field"], row["operator"], str(row["value"])) for row in view["conditions"]["all"]) == [
        ("group_id", "is", str(group)),
        ("status", "less_than", "pending"),
        ("via_id", "is_not", "26"),
        ("via_id", "is_not", "88"),
    ]


def test_a_macro_has_zendesks_placeholders_its_channels_title_and_brackets_for_the_rest(set_up: SetUp) -> None:
    set_up.apply()
    default, twitter = (set_up.object_of("macros", f"Community::Mention{end}") for end in ("", "::Twitter"))
    name = "{{ticket.requester.first_name}}"
    assert _actions(default) == {
        "comment_value": f"Hi {name},\n\nthank you for the mention on [channel]!\nSee you soon.",
        "comment_mode_is_public": "true",
        "current_tags": "macro__mention",
        "status": "solved",
    }
    assert _actions(twitter)["comment_value"] == f"Thank you, {name}! [link to the post]"


def test_our_own_updates_call_nobody_and_everybody_elses_do(set_up: SetUp) -> None:
    set_up.apply()
    sandbox = set_up.sandbox.zendesk
    ticket_id = sandbox.create_ticket(body="hello")
    sandbox.webhook_sender.wait()
    (created,) = sandbox.account_invocations()
    assert created["status"] == "failed"  # nobody listens at https://pointsman.example
    sandbox.add_comment(ticket_id, "ours", sandbox.bot_user_id)
    sandbox.webhook_sender.wait()
    assert len(sandbox.account_invocations()) == 1
    sandbox.add_comment(ticket_id, "an advocate's", sandbox.advocate_id)
    sandbox.webhook_sender.wait()
    assert len(sandbox.account_invocations()) == 2


def test_a_group_that_is_missing_is_for_a_person_and_what_names_it_waits(set_up: SetUp) -> None:
    set_up.routing = ROUTING.replace("group: Twitter", "group: Birds")
    assert set_up.open()["group/birds"] == set_up.open()["view/twitter"] == "manual"
    set_up.routing = set_up.routing.replace("setup:\n", "setup:\n  create_groups: true\n")
    set_up.apply()
    assert set_up.open() == {}


def test_on_hold_is_switched_on_by_a_person(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.switch_hold(False)
    (step,) = [one for one in set_up.plan() if one.key == "hold/status"]
    assert step.verb == "manual"
    assert "Admin Center" in step.reason


def test_without_trigger_categories_the_triggers_stand_by_themselves(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.switch_categories(False)
    assert set_up.apply().failed == []
    assert set_up.open() == {}


def test_what_the_account_does_not_know_is_named_with_its_place_before_anything_is_written(set_up: SetUp) -> None:
    set_up.routing = ROUTING.replace("setup:\n", "setup:\n  keep: {view/stuck: {all: [[status, less_than, asleep]]}}\n")
    account = set_up.account()
    (problem,) = definitions.problems(account, make_plan(account, {}).items)
    line = 1 + set_up.routing[: set_up.routing.index("stuck: {title")].count("\n")
    assert problem == f"routing.yaml:{line}: view/stuck: `status` has no value `asleep` in this account"


def test_a_view_of_a_channel_that_is_not_there_is_an_error_of_check() -> None:
    with pytest.raises(BadRules, match=r"there is no channel `twiter`; did you mean `twitter`\?"):
        load(ROUTING.replace("not_channel: twitter_dm", "not_channel: twiter"), MACROS)


def test_who_is_no_admin_is_stopped_before_anything_looks_missing(set_up: SetUp) -> None:
    body = '{"user": {"id": 9, "role": "agent"}}'
    set_up.sandbox.zendesk.faults.add(Fault(path="/api/v2/users/me", status=200, body=body, times=0))
    with pytest.raises(Refused, match="ZENDESK_ADMIN_TOKEN"):
        set_up.account()


def _actions(macro: Any) -> dict[str, str]:
    return {action["field"]: action["value"] for action in macro["actions"]}
