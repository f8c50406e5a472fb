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


def test_where_the_settings_may_not_be_read_the_field_says_whether_on_hold_is_on(set_up: SetUp) -> None:
    body = '{"error": "Forbidden"}'
    set_up.sandbox.zendesk.faults.add(
        Fault(path="/api/v2/(account/settings|custom_statuses)", status=403, body=body, times=0)
    )
    set_up.sandbox.zendesk.switch_hold(False)  # in the settings alone
    assert "hold/status" not in set_up.open()


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


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("{view/stuck: {any: [[updated_at, greater_than, '1']]}}", "this account has no condition `updated_at`"),
        ("{view/stuck: {all: [[status, changed, '']]}}", "takes is, is_not, less_than, greater_than, not `changed`"),
        ("{view/twitter: {all: [[via_id, is, '999']]}}", "`via_id` has no value `999` in this account"),
        ("{macro/community-mention: {actions: [[status, '\"new\"']]}}", "`status` has no value `new` in this account"),
        ("{macro/community-mention: {actions: [[colour, '\"red\"']]}}", "this account has no action `colour`"),
        ("{trigger/created: {all: [[role, is_not, '1']]}}", "`role` has no value `1` in this account"),
    ],
)
def test_each_kind_of_rule_is_asked_about_by_itself(set_up: SetUp, kept: str, said: str) -> None:
    set_up.routing = ROUTING.replace("setup:\n", f"setup:\n  keep: {kept}\n")
    account = set_up.account()
    (problem,) = definitions.problems(account, make_plan(account, {}).items)
    assert said in problem


def test_without_definitions_of_views_those_of_triggers_stand_for_them(set_up: SetUp) -> None:
    set_up.sandbox.zendesk.faults.add(Fault(path="/api/v2/views/definitions", status=500, times=0))
    set_up.routing = ROUTING.replace("below: solved}", "below: solved, hours: 1}")
    account = set_up.account()
    assert definitions.problems(account, make_plan(account, {}).items) == []
    assert set_up.apply().failed == []


def test_without_any_definitions_every_channel_counts_as_there(set_up: SetUp) -> None:
    body = '{"error": "RecordNotFound", "description": "Not found"}'
    set_up.sandbox.zendesk.faults.add(Fault(path="/api/v2/.*/definitions", status=404, body=body, times=0))
    (twitter,) = [step for step in set_up.plan() if step.key == "view/twitter"]
    assert ["via_id", "is_not", "88"] in next(one.new for one in twitter.fields if one.name == "all")


def test_labels_are_wanted_in_every_tracker_and_a_project_has_one_hook(set_up: SetUp) -> None:
    trackers = "trackers:\n  infra: {project: community/infrastructure}\n  again: {project: community/product}\n"
    set_up.routing = ROUTING.replace("trackers:\n", trackers)
    keys = [step.key for step in set_up.plan()]
    wanted = {
        f"label/community-{project}/{name}"
        for project in ("product", "infrastructure")
        for name in ("bug", "community")
    }
    assert {key for key in keys if key.startswith("label/")} == wanted
    assert sorted(key for key in keys if key.startswith("hook/")) == [
        "hook/community-infrastructure",
        "hook/community-product",
    ]


def test_a_field_whose_id_stands_in_the_yaml_stays_ours_and_one_of_the_teams_is_left_alone(set_up: SetUp) -> None:
    set_up.apply()
    ours = set_up.object_of("fields", "GitLab issue")["id"]
    set_up.routing = f"{ROUTING}\nfields: {{issue: {ours}}}\n"
    assert set_up.open() == {}
    theirs = set_up.sandbox.zendesk.add_object("fields", title="Link", type="text")
    set_up.routing = f"{ROUTING}\nfields: {{issue: {theirs}}}\n"
    assert set_up.open()["field/issue"] == "unwanted"


def test_fields_are_added_to_the_forms_that_are_named_and_nothing_is_taken_out(set_up: SetUp) -> None:
    zendesk = set_up.sandbox.zendesk
    subject = next(row["id"] for row in set_up.account().zendesk.all("ticket_fields", "ticket_fields"))
    zendesk.add_form("Default", [subject])
    set_up.routing = ROUTING.replace("setup:\n", "setup:\n  attach_to_forms: [Default, Othr]\n")
    assert set_up.open()["form/othr"] == "manual"
    set_up.apply()
    (form,) = zendesk.account_objects()["forms"].values()
    ours = [set_up.object_of("fields", title)["id"] for title in ("Archetype", "GitLab issue")]
    assert form["ticket_field_ids"] == [subject, *ours]
    zendesk.edit_object("forms", form["id"], ticket_field_ids=[ours[0], subject])
    assert set_up.open() == {"form/othr": "manual", "form/default": "drifted"}


def test_what_people_added_to_the_webhook_is_taken_away_by_null_and_what_stays_is_not_sent(set_up: SetUp) -> None:
    set_up.apply()
    (number,) = set_up.sandbox.zendesk.account_objects()["webhooks"]
    given = {"type": "basic_auth", "add_position": "header", "data": {"username": "ann", "password": "x"}}
    set_up.sandbox.zendesk.edit_object("webhooks", number, authentication=given)
    (step,) = [one for one in set_up.plan() if one.is_work]
    assert [(one.name, one.old) for one in step.fields] == [("authentication", "basic_auth header ann")]
    set_up.apply(restore=["webhook/main"])
    assert set_up.open() == {}


def test_a_view_that_may_not_leave_out_two_channels_names_all_others(set_up: SetUp) -> None:
    new_group = ROUTING.replace("setup:\n", "setup:\n  create_groups: true\n")
    set_up.routing = new_group.replace("group: Twitter", "group: Birds")
    body = '{"error": "RecordInvalid", "description": "Conditions: only once"}'
    set_up.sandbox.zendesk.faults.add(Fault(method="POST", path="/api/v2/views", status=422, body=body))
    assert set_up.apply().failed == []
    view = set_up.object_of("views", "Twitter")
    (group,) = [row["id"] for row in set_up.account().zendesk.all("groups", "groups") if row["name"] == "Birds"]
    assert {row["field"]: str(row["value"]) for row in view["conditions"]["all"]} == {
        "status": "pending",
        "group_id": str(group),
    }
    named = {str(row["value"]) for row in view["conditions"]["any"]}
    assert "30" in named
    assert not named & {"26", "88"}
    assert set_up.open() == {}
    set_up.sandbox.zendesk.edit_object("views", view["id"], title="Birds")
    (step,) = [one for one in set_up.plan() if one.is_work]
    assert (step.verb, [change.name for change in step.fields]) == ("drifted", ["title"])


def test_where_no_channels_are_listed_a_refused_view_is_told_how_else(set_up: SetUp) -> None:
    gone = '{"error": "RecordNotFound", "description": "Not found"}'
    body = '{"error": "RecordInvalid", "description": "Conditions: only once"}'
    faults = set_up.sandbox.zendesk.faults
    faults.add(Fault(path="/api/v2/.*/definitions", status=404, body=gone, times=0))
    faults.add(Fault(method="POST", path="/api/v2/views", status=422, body=body))
    ((item, why),) = set_up.apply().failed
    assert item.step.key == "view/twitter"
    assert "name the channels that it has by `channel:`" in why
    assert why.endswith("(Conditions: only once)")


def test_who_changed_a_trigger_is_named_where_the_account_keeps_revisions(set_up: SetUp) -> None:
    zendesk = set_up.sandbox.zendesk
    zendesk.keep_revisions()
    set_up.apply()
    zendesk.edit_object("triggers", set_up.object_of("triggers", "Pointsman: new tickets")["id"], active=False)
    (step,) = [one for one in set_up.plan() if one.is_work]
    name = set_up.account().zendesk.get(f"users/{zendesk.advocate_id}")["user"]["name"]
    assert step.reason.startswith("somebody changed it by hand; last changed at ")
    assert step.reason.endswith(f" by {name}")
    unknown = Fault(path=".*/revisions", status=200, body='{"trigger_revisions": [{"id": 1}]}')
    zendesk.faults.add(unknown)
    (step,) = [one for one in set_up.plan() if one.is_work]
    assert step.reason.endswith("its revisions do not say by whom")


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
