"""Each kind of condition: when it holds, when not, and what it cannot answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.rules.conditions import KINDS
from app.rules.conditions.context import Facts
from app.ticket import Organization, Requester, Ticket, Via
from tests.support.rules import NOW, asked, holds, rules_when


def test_kinds_have_different_keys_and_descriptions() -> None:
    assert len({kind.key for kind in KINDS}) == len(KINDS)
    assert all(kind.description for kind in KINDS)


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("can't push", "I CAN’T  push."),
        ("502", "(502)"),
        ("502", "error:502,again"),
        ("crash*", "It crashed twice"),
        ("crash*", "a crash"),
        ("is it down", "is\nit\tdown?"),
        ("@gitlab", "hey @GitLab!"),
        ("c++", "in c++ it works"),
        ("größe", "Die GRÖSSE stimmt nicht"),
        ("gitlab.com", "on https://gitlab.com/x"),
        ("🎰", "🎰🎰"),
        ("两步验证", "我的两步验证手机丢了"),
        ("비밀번호", "비밀번호를 잊었어요"),
        ("runner", "러너runner가 멈췄어요"),
        ("ไม่ทำงาน", "มันไม่ทำงานเลย"),
        ("gitlab", "gitlabが落ちた"),
        ("error 500", "I get error_500"),
        ("merge button", "the merge_button is gone"),
        ("2fa", "my 2FA_code"),
        ("locked out", "I am locked-out"),
        ("gitlab", "GİTLAB ÇÖKTÜ"),
        ("giriş yapamıyorum", "GİRİŞ YAPAMIYORUM"),
        ("can't log in", "I can&#39;t log in"),
        ("locked out", "**locked** out"),
    ],
)
def test_phrases_find_whole_words_whatever_their_form(phrase: str, body: str) -> None:
    assert holds(f"{{phrases: ['{phrase.replace(chr(39), chr(39) * 2)}']}}", body=body)


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("502", "1502"),
        ("502", "502nd"),
        ("crash", "it crashed"),
        ("crash*", "no encrash"),
        ("ci", "circle"),
        ("over_load", "overload"),
        ("feature request", "see https://e.org/a/feature-request"),
        ("번호", "비밀번호"),
        ("lab", "git_labs"),
        ("down", "download"),
        ("ano", "año"),
    ],
)
def test_phrases_do_not_find_parts_of_words(phrase: str, body: str) -> None:
    assert not holds(f"{{phrases: ['{phrase}']}}", body=body)


def test_one_of_several_phrases_is_enough() -> None:
    assert holds("{phrases: [a b, c d]}", body="so c d")
    assert holds("{phrases: c d}", body="so c d")


def test_a_phrase_and_its_prefix_form_are_two_things() -> None:
    assert holds("{all: [{phrases: crash*}], none: [{phrases: crash}]}", body="crashed")
    assert not holds("{all: [{phrases: crash*}], none: [{phrases: crash}]}", body="crash")


@pytest.mark.parametrize(
    ("where", "subject", "body", "found"),
    [
        ("subject", "down", "", True),
        ("subject", "", "down", False),
        ("body", "down", "", False),
        ("body", "", "down", True),
        ("both", "down", "", True),
        ("both", "", "down", True),
    ],
)
@pytest.mark.parametrize("key", ["phrases", "patterns"])
def test_looks_where_it_is_told(key: str, where: str, subject: str, body: str, found: bool) -> None:
    assert holds(f"{{{key}: down, in: {where}}}", subject=subject, body=body) is found


def test_a_phrase_does_not_reach_from_the_subject_into_the_body() -> None:
    assert not holds("{phrases: is down}", subject="it is", body="down")


def test_lists_of_the_vocabulary_stand_for_their_phrases() -> None:
    assert holds("{phrases: [$bad, other]}", more="vocabulary: {bad: [down, '502']}\n", body="502")


@pytest.mark.parametrize(
    ("pattern", "body", "found"),
    [
        (r"\b50[0-9]\b", "a 503", True),
        (r"\bDOWN\b", "down", True),
        (r"(?-i)\bDOWN\b", "down", False),
        (r"(?m)^traceback", "so:\nTraceback (most", True),
        (r"it's", "it’s", True),
        (r"a  b", "a  b", True),
        (r"^x", "y\nx", False),
    ],
)
def test_patterns_ignore_case_and_keep_the_layout(pattern: str, body: str, found: bool) -> None:
    assert holds(f"{{patterns: ['{pattern.replace(chr(39), chr(39) * 2)}']}}", body=body) is found


def test_a_pattern_cannot_be_slow() -> None:
    assert not holds("{patterns: ['(a|aa)+$']}", body="a" * 50_000 + "b")


@pytest.mark.parametrize(
    ("when", "ticket", "found"),
    [
        ("{channel: forum}", {"channel": "forum"}, True),
        ("{channel: [twitter, other]}", {"channel": "carrier pigeon"}, True),
        ("{channel: twitter_dm}", {"via": Via("twitter", "direct_message")}, True),
        ("{channel: twitter}", {"via": Via("twitter", "direct_message")}, False),
        ("{public: true}", {"channel": "forum"}, True),
        ("{public: false}", {"channel": "forum"}, False),
        ("{public: false}", {"channel": "forum", "public": False}, True),
        ("{public: false}", {}, True),
        ("{tags: [a, b]}", {"tags": ("b", "c")}, True),
        ("{tags: [a]}", {"tags": ("b",)}, False),
        ("{group: support}", {"group": "Support"}, True),
        ("{group: support}", {}, False),
        ("{brand: GitLab}", {"brand": "gitlab"}, True),
        ("{event: [created, comment]}", {"event": "comment"}, True),
        ("{event: corrected}", {"event": "comment"}, False),
        ("{handle: '@gitlabstatus'}", {"body": "hey @GitLabStatus"}, True),
        ("{handle: gitlabstatus}", {"via": Via(addresses=("@gitlabstatus",))}, True),
        ("{handle: gitlab}", {"body": "me@gitlab.com"}, False),
        ("{handle: ann}", {"via": Via(addresses=("@ann",)), "requester": Requester(handle="@Ann")}, False),
        ("{handle: gitlab}", {"via": Via("web", addresses=("gitlab", "sam@example.org"))}, False),
        ("{length: {max_words: 2}}", {"body": "@gitlab two words https://t.co/x 👍"}, True),
        ("{length: {max_words: 2}}", {"body": "now three words"}, False),
        ("{length: {min_words: 3}}", {"body": "now three words"}, True),
    ],
)  # fmt: skip
def test_conditions_on_the_ticket(when: str, ticket: dict[str, Any], found: bool) -> None:
    assert holds(when, **ticket) is found


@pytest.mark.parametrize(
    ("requester", "found"),
    [
        ("{domain: example.com}", True),
        ("{domain: '*.com'}", True),
        ("{domain: [other.org]}", False),
        ("{email: 'ann@*'}", True),
        ("{handle: '@ANN'}", True),
        ("{role: End-User}", True),
        ("{role: agent}", False),
        ("{tags: vip}", True),
        ("{team_member: false}", True),
        ("{team_member: true}", False),
        ("{domain: example.com, tags: other}", False),
    ],
)
def test_conditions_on_the_requester(requester: str, found: bool) -> None:
    ann = Requester(name="Ann", email="Ann@Example.com", handle="@ann", tags=("vip",))
    assert holds(f"{{requester: {requester}}}", requester=ann) is found


@pytest.mark.parametrize("who", [Requester(email="a@gitlab.com"), Requester(role="agent")])
def test_team_members_are_who_the_file_says(who: Requester) -> None:
    assert holds("{requester: {team_member: true}}", requester=who)


def test_nobody_is_known_by_a_domain_they_do_not_have() -> None:
    assert not holds("{requester: {domain: '*'}}", requester=Requester(name="Ann"))


@pytest.mark.parametrize(
    ("organization", "whose", "found"),
    [
        ("{present: true}", Organization(name="Acme"), True),
        ("{present: true}", None, False),
        ("{present: false}", None, True),
        ("{present: false}", Organization(name="Acme"), False),
        ("{name: 'acme*'}", Organization(name="ACME GmbH"), True),
        ("{name: acme}", None, False),
        ("{tags: [ee]}", Organization(name="Acme", tags=("ee",)), True),
        ("{tags: [ee]}", Organization(name="Acme"), False),
        ("{present: false, tags: [ee]}", None, False),
    ],
)
def test_conditions_on_the_organization(organization: str, whose: Organization | None, found: bool) -> None:
    assert holds(f"{{organization: {organization}}}", organization=whose) is found


def test_language_is_what_was_found_out_before() -> None:
    assert holds("{language: [de, fr]}", Facts(language="de"))
    assert not holds("{language: [de, fr]}", Facts(language="en"))
    assert not holds("{language: [de, fr]}", Facts())


@pytest.mark.parametrize(
    ("span", "hour", "found"),
    [
        ("from: '09:00', until: '17:00'", 9, True),
        ("from: '09:00', until: '17:00'", 17, False),
        ("from: '18:00', until: '06:00'", 23, True),
        ("from: '18:00', until: '06:00'", 5, True),
        ("from: '18:00', until: '06:00'", 6, False),
        ("from: '18:00'", 17, False),
        ("from: '18:00'", 23, True),
        ("until: '06:00'", 5, True),
        ("weekdays: [monday]", 12, True),
        ("weekdays: sunday", 12, False),
    ],
)
def test_time_of_day_counts_in_its_own_zone(span: str, hour: int, found: bool) -> None:
    # A Monday; Belgrade is an hour ahead of UTC.
    written = datetime(2026, 3, 2, hour, 0, tzinfo=UTC) - timedelta(hours=1)
    assert holds(f"{{time_of_day: {{timezone: Europe/Belgrade, {span}}}}}", created_at=written) is found


def test_time_of_day_of_a_later_comment_is_the_time_of_looking() -> None:
    evening = NOW.replace(hour=22)
    when = "{time_of_day: {timezone: UTC, from: '10:00', until: '11:00'}}"
    assert not holds(when, created_at=evening)
    assert holds(when.replace("{time", "{event: comment, time", 1), created_at=evening, event="comment")
    assert holds(when)


def test_a_custom_field_has_one_of_the_values() -> None:
    when = "{custom_field: {field: Product, value: [runner, pages]}}"
    assert holds(when, custom_fields={"Product": "Runner"})
    assert not holds(when, custom_fields={"Product": ""})
    assert not holds(when)


def test_a_field_that_the_ticket_does_not_have_is_an_error() -> None:
    matching = asked(rules_when("{custom_field: {field: Prodct, value: runner}}"), custom_fields={"Product": "runner"})
    assert matching.first() is None
    (failed,) = matching.errors()
    assert failed.error == "custom_field: the ticket has no field `Prodct`, only `Product`"
    assert (failed.matched, failed.path) == (False, "routes[0].when")


def test_an_impossible_time_is_an_error() -> None:
    when = "{time_of_day: {timezone: Pacific/Kiritimati, from: '10:00'}}"
    matching = asked(rules_when(when), created_at=datetime.max.replace(tzinfo=UTC))
    assert [failed.route for failed in matching.errors()] == ["it"]
    assert matching.trace()[0].error


@pytest.mark.parametrize(
    ("when", "ticket", "detail"),
    [
        ("{channel: forum}", {"channel": "twitter"}, "channel is `twitter`, asked for `forum`"),
        ("{public: true}", {"channel": "twitter_dm"}, "it was written in private"),
        ("{tags: [a, b, c]}", {}, "the ticket's tags are none, asked for `a`, `b` or `c`"),
        ("{group: x}", {}, "group is `none`, asked for `x`"),
        ("{brand: x}", {"brand": "y"}, "brand is `y`, asked for `x`"),
        ("{event: comment}", {}, "event is `created`, asked for `comment`"),
        ("{handle: x}", {"body": "@y"}, "addressed `y`, asked for `x`"),
        ("{length: {max_words: 0}}", {"body": "a b"}, "2 words, asked for at most 0"),
        ("{language: de}", {}, "language is `undecided`, asked for `de`"),
        ("{organization: {present: true}}", {}, "they have no organization"),
        ("{requester: {role: agent}}", {}, "their role is `end-user`, asked for `agent`"),
        ("{requester: {team_member: true}}", {}, "they are not one of us"),
        ("{custom_field: {field: a, value: b}}", {}, "field `a` is `empty`, asked for `b`"),
        ("{time_of_day: {timezone: UTC, from: '20:00'}}", {}, "it was monday 10:30 in UTC, asked for 20:00 to 24:00"),
        ("{phrases: x}", {}, "phrase `x` not in subject or body"),
        ("{phrases: [x, y], in: body}", {}, "none of 2 phrases in body"),
        ("{patterns: x}", {}, "pattern `x` not in subject or body"),
    ],
)  # fmt: skip
def test_says_why_not(when: str, ticket: dict[str, Any], detail: str) -> None:
    assert asked(rules_when(when), **ticket).trace()[0].detail == detail


def test_says_no_address() -> None:
    who = Requester(email="ann@example.com")
    trace = asked(rules_when("{requester: {email: bob@example.com}}"), requester=who).trace()[0]
    assert "ann@" not in trace.detail


def test_a_ticket_is_never_changed() -> None:
    ticket = Ticket(id=1, tags=("a",))
    asked(rules_when("{tags: a}"), tags=("a",))
    assert ticket == Ticket(id=1, tags=("a",))
