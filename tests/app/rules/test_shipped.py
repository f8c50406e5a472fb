"""The shipped files: complete, without warnings, and as their own examples say."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from app.rules.conditions.context import Facts
from app.rules.examples import Decided, RuleExample, run
from app.rules.lint import lint
from app.rules.loading import load
from app.rules.macros import DEFAULT, render
from app.rules.matching.matching import match
from app.rules.placeholders import REPLY_PLACEHOLDERS
from app.ticket import Ticket
from tests.support.dumping import dump
from tests.support.shipped import EXAMPLES, MACROS, ROUTING, SHIPPED

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HANDBOOK = {
    "stability_complaint", "feature_request", "bug_report", "general_question", "mention", "customer_support",
    "two_factor_reset", "non_english", "political", "event_sponsorship", "product_pitch", "investment", "spam",
    "solved_by_user", "tweet_removed", "security_report", "escalation", "abuse_report",
    "privacy_request",
}  # fmt: skip
CHANNELS = {
    "twitter", "twitter_dm", "facebook", "facebook_message", "messaging", "chat", "voice", "api", "zendesk", "email",
    "disqus", "forum", "stackoverflow", "reddit", "hackernews", "youtube", "mailing_list",
    "quora", "news_comment", "lobsters", "product_hunt", "tumblr", "mastodon", "bluesky",
}  # fmt: skip
TWEET = 280
SHORT_LINK = "https://t.co/" + "x" * 10


def test_every_archetype_of_the_handbook_is_there() -> None:
    assert set(SHIPPED.routing.archetypes) - {"team_comment"} == HANDBOOK


def test_every_channel_is_there() -> None:
    assert set(SHIPPED.routing.channels) == CHANNELS


ROUTED = {route.archetype for route in SHIPPED.routing.routes}


def test_what_the_model_knows_as_well_and_a_person_does_anyway_needs_no_route() -> None:
    assert set(SHIPPED.routing.archetypes) - ROUTED == {"non_english", "investment", "product_pitch"}


def test_every_route_says_why() -> None:
    assert all(route.why.endswith(".") for route in SHIPPED.routing.routes)


def test_only_the_addresses_that_ops_must_put_in_are_warned_of() -> None:
    forwards = [one for one in SHIPPED.routing.archetypes.values() if one.forward and one.forward.to]
    assert [finding.name for finding in lint(SHIPPED, EXAMPLES)] == ["example_address"] * len(forwards)


def test_every_archetype_has_four_examples_and_a_near_miss() -> None:
    shown = Counter(example.expect.archetype for example in EXAMPLES)
    assert all(shown[archetype] >= 4 for archetype in SHIPPED.routing.archetypes), shown
    assert sum(example.name.startswith("near miss") for example in EXAMPLES) >= 15


def test_what_does_harm_while_it_waits_comes_before_the_language() -> None:
    early = [route.archetype for route in SHIPPED.routing.routes if route.before == "language"]
    harm = {"security_report", "escalation", "abuse_report"}
    assert set(early) == {"team_comment", "two_factor_reset", "customer_support", "privacy_request"} | harm


def test_nothing_about_personal_data_is_said_in_public_or_by_the_model() -> None:
    request = SHIPPED.routing.archetypes["privacy_request"]
    assert (request.private, request.by_rule_only, request.issue) == (True, True, None)


def test_a_security_report_is_private_and_urgent() -> None:
    report = SHIPPED.routing.archetypes["security_report"]
    assert (report.private, report.issue, report.priority) == (True, None, "urgent")


def test_an_escalation_is_left_to_a_person() -> None:
    escalation = SHIPPED.routing.archetypes["escalation"]
    assert (escalation.issue, escalation.status, escalation.priority) == (None, None, "high")
    assert "needs_triage" in escalation.tags


def test_replies_are_suggested() -> None:
    assert SHIPPED.routing.defaults.reply == "suggest"
    replies = [archetype.reply for archetype in SHIPPED.routing.archetypes.values() if archetype.reply]
    assert all(reply.mode is None and not reply.live_on for reply in replies)


@pytest.mark.parametrize("archetype", ["political", "spam", "team_comment"])
def test_some_are_never_answered(archetype: str) -> None:
    assert SHIPPED.routing.archetypes[archetype].never_reply


@pytest.mark.parametrize("archetype", ["customer_support", "two_factor_reset"])
def test_customers_and_lock_outs_never_lead_to_an_issue(archetype: str) -> None:
    assert SHIPPED.routing.archetypes[archetype].issue is None
    assert SHIPPED.routing.archetypes[archetype].group == "Support"


def test_two_factor_is_decided_by_rules_only() -> None:
    assert SHIPPED.routing.archetypes["two_factor_reset"].by_rule_only


def test_tweets_fit_into_a_tweet() -> None:
    values = dict.fromkeys(REPLY_PLACEHOLDERS, SHORT_LINK) | {"name": "Maximiliane-Sophie", "incident_title": "502"}
    for macro in SHIPPED.macros.macros.values():
        if "twitter" in macro.text:
            name = next(key for key, value in SHIPPED.macros.macros.items() if value is macro)
            assert len(render(SHIPPED.macros, name, "twitter", values).text) <= TWEET, name


def test_a_mention_is_answered_in_words_for_its_channel() -> None:
    texts = SHIPPED.macros.macros["Community::Mention"].text
    answered = {
        "twitter",
        "twitter_dm",
        "facebook",
        "disqus",
        "forum",
        "stackoverflow",
        "reddit",
        "hackernews",
        "youtube",
    }
    assert answered <= set(texts) - {DEFAULT}


def test_dumping_and_loading_keeps_the_shipped_meaning() -> None:
    again = load(dump(SHIPPED.routing), dump(SHIPPED.macros))
    assert (again.routing, again.macros) == (SHIPPED.routing, SHIPPED.macros)


def decided(ticket: Ticket) -> Decided:
    """By routes only: language and plan are triage's, whose tests run the same examples in whole."""
    matching = match(SHIPPED.matcher, ticket, Facts(), NOW)
    route = matching.first("before language") or matching.first("after language")
    return Decided(route.archetype if route else None, route.route if route else None, "live", ())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_routes_do_not_contradict_the_examples(example: RuleExample) -> None:
    if example.expect.archetype == "non_english":  # the routes after the language only name its topic
        assert match(SHIPPED.matcher, example.ticket, Facts(), NOW).first("before language") is None
        return
    if (
        example.expect.archetype is not None
        and example.expect.route is None
        and decided(example.ticket).archetype is None
    ):
        return  # the model's, which `pointsman test` asks too
    expect = example.expect.model_copy(update={"actions": (), "not_actions": (), "mode": None})
    (outcome,) = run([RuleExample(example.name, example.ticket, expect, "", example.position, "")], decided)
    assert outcome.passed, str(outcome)


def test_each_file_names_its_schema_first() -> None:
    assert ROUTING.startswith("# yaml-language-server: $schema=schemas/routing.json\n")
    assert MACROS.startswith("# yaml-language-server: $schema=schemas/macros.json\n")
