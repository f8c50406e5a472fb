"""Examples in YAML, tickets from JSON lines, and the difference between wanted and got."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.rules.examples import Decided, load_examples, run, ticket_from_mapping
from app.rules.parsing.positions import BadRules
from app.ticket import Organization, Requester, Ticket, Via
from tests.support.rules import rules

GOOD = Decided("mention", "praise", "live", ("tags", "tags:a", "reply:A::B"))


def outcome(expect: str, decided: Decided = GOOD) -> tuple[str, ...]:
    (example,) = load_examples(f"version: 1\ntests: [{{name: it, ticket: {{body: x}}, expect: {expect}}}]\n")
    (result,) = run([example], lambda _: decided)
    assert result.passed is not bool(result.differences)
    return result.differences


@pytest.mark.parametrize(
    "expect",
    [
        "{archetype: mention}",
        "{not_archetype: [spam, political]}",
        "{needs_triage: false}",
        "{route: praise}",
        "{mode: live}",
        "{actions: [tags, 'tags:a', reply], not_actions: [issue, 'tags:b', 'tags:a:b']}",
    ],
)
def test_holds(expect: str) -> None:
    assert outcome(expect) == ()


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{archetype: spam}", "archetype: expected `spam`, got `mention` by route `praise`"),
        ("{not_archetype: mention}", "archetype: expected anything but `mention`, got `mention` by route `praise`"),
        ("{needs_triage: true}", "needs_triage: expected true, got `mention` by route `praise`"),
        ("{route: none}", "route: expected `none`, got `mention` by route `praise`"),
        ("{mode: shadow}", "mode: expected `shadow`, got `live`"),
        ("{actions: [issue]}", "actions: missing  `issue`"),
        ("{not_actions: ['tags:a']}", "actions: unwanted `tags:a`"),
    ],
)
def test_says_what_is_different(expect: str, said: str) -> None:
    assert said in outcome(expect)


def test_shows_what_was_planned_beside() -> None:
    assert outcome("{actions: [issue]}")[-1] == "actions: planned  `tags`, `tags:a`, `reply:A::B`"
    assert outcome("{archetype: spam}", Decided(None, None, "live", ())) == (
        "archetype: expected `spam`, got none, a person decides",
    )


def test_a_failure_is_printed_with_its_place() -> None:
    (example,) = load_examples("version: 1\ntests:\n  - {name: it, ticket: {body: x}, expect: {archetype: spam}}\n")
    (result,) = run([example], lambda _: GOOD)
    assert str(result).splitlines() == [
        "FAILED  it  (routing.tests.yaml:3)",
        "        archetype: expected `spam`, got `mention` by route `praise`",
    ]


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("{name: a, ticket: {body: x}, expect: {}}", "expects nothing"),
        ("{name: a, ticket: {boddy: x}, expect: {archetype: mention}}", "`boddy`: unknown key; did you mean `body`?"),
        ("{name: a, ticket: {body: x}, expect: {archetype: mentoin}}", "there is no archetype `mentoin`; did you mean"),
        ("{name: a, ticket: {body: x}, expect: {not_archetype: spam}}", "there is no archetype `spam`"),
        ("{name: a, ticket: {body: x}, expect: {route: nope}}", "there is no route `nope`"),
        (
            "{name: a, ticket: {channel: fax}, expect: {route: none}}",
            "tests[0].ticket.channel: there is no channel `fax`",
        ),
    ],
)
def test_mistakes_have_their_place(example: str, said: str) -> None:
    with pytest.raises(BadRules) as refused:
        load_examples(f"version: 1\ntests:\n  - {example}\n", rules=rules())
    assert said in str(refused.value)
    assert str(refused.value).startswith("routing.tests.yaml:3:")


FULL: dict[str, Any] = {
    "id": "d-001",
    "channel": "twitter",
    "subject": "s",
    "body": "b",
    "requester": {"name": "Ann", "handle": "@ann", "email": "ann@example.com", "role": "agent"},
    "organization": "Acme",
    "tags": ["x"],
    "public": True,
    "gold": "mention",
    "also_ok": [],
}


def test_a_ticket_from_a_json_line() -> None:
    assert ticket_from_mapping(FULL) == Ticket(
        id="d-001",
        channel="twitter",
        subject="s",
        body="b",
        requester=Requester(name="Ann", handle="@ann", email="ann@example.com", role="agent"),
        organization=Organization(name="Acme"),
        tags=("x",),
        public=True,
    )


def test_a_ticket_with_all_that_can_be_said() -> None:
    ticket = ticket_from_mapping(
        {
            "via": {"channel": "Email", "addresses": "Community@GitLab.com"},
            "organization": {"name": "Acme", "tags": ["ee"]},
            "event": "comment",
            "created_at": "2026-03-02T10:00:00Z",
            "custom_fields": {"a": "b"},
        },
        default_id=7,
    )
    assert ticket.id == 7
    assert ticket.via == Via("email", "", ("community@gitlab.com",))
    assert ticket.organization == Organization(name="Acme", tags=("ee",))
    assert (ticket.event, ticket.created_at) == ("comment", datetime(2026, 3, 2, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"body": 5}, "body: Input should be a valid string"),
        ({"requester": "Ann"}, "requester: Input should be a valid dictionary"),
        ({"event": "eaten"}, "event: Input should be"),
        ({"created_at": "2026-03-02T10:00:00"}, "created_at: Input should have timezone info"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ticket_from_mapping(given)


def test_null_where_nothing_is_known() -> None:
    assert ticket_from_mapping({"channel": None, "organization": None, "public": None}) == Ticket(id=0)
