"""A person who asks for an issue by a tag never makes private text public."""

from __future__ import annotations

from typing import Any

import pytest

from app.records.decisions import Decision
from app.rules.actions.issue import Issue
from app.rules.actions.note import Note
from app.rules.channels import describe_channel
from app.rules.loading import Rules
from app.ticket import Ticket, Via
from app.work.decisions.tag_commands import Command, carried_out
from app.work.messages import TicketDecision, TicketMessage
from app.work.snapshot import ticket_as_json, ticket_from
from tests.support.fakes import NOW, Clock, FakeZendesk
from tests.support.rules import HEAD, rules
from tests.support.shipped import SHIPPED
from tests.support.work import triage

MACROS = "version: 1\nmacros: {}\ntemplates:\n  Issue::Bug: {text: A bug}\n"
ISSUE = "issue: {tracker: product, template: 'Issue::Bug', confidential: "
OPEN = Command("A person asked for a new issue.", ("open_issue",), "open")
PUBLIC, PRIVATE = ("twitter", ""), ("twitter", "direct_message")


def with_issue(confidential: str, more: str = "") -> Rules:
    described = f"{{description: broken, {ISSUE}{confidential}}}{more}}}"
    return rules(head=HEAD.replace("{description: broken}", described), macros=MACROS)


def asked(given: Rules, archetype: str | None, via: tuple[str, str], last: Decision | None = None) -> TicketDecision:
    ticket = FakeZendesk(Clock(NOW)).add(via_channel=via[0], via_rel=via[1], tags=("open_issue",))
    kept = ticket_as_json(ticket_from(ticket, event="created"))
    message = triage("zd:1", 1, "ticket.updated", NOW).message
    assert isinstance(message, TicketMessage)
    return carried_out(message, ticket, given, OPEN, last=last or decided(archetype, kept), now=NOW)


def decided(archetype: str | None, kept: dict[str, Any]) -> Decision:
    """What was decided last; `kept`: the ticket as it was judged, or nothing when that was long ago."""
    return Decision(
        run_id="r", ticket_id=1, event="e", state="done", archetype=archetype, summary="", decided_at="", ticket=kept,
        config_hash="x",
    )  # fmt: skip


def opens(decision: TicketDecision) -> str:
    """What is opened: "public", "confidential" or nothing."""
    found = [one for one in decision.plan.actions if isinstance(one, Issue)]
    return found[0].details()[1] if found else ""


def advice(decision: TicketDecision) -> str:
    return " ".join(line for one in decision.plan.actions if isinstance(one, Note) for line in one.next)


@pytest.mark.parametrize("via", [PUBLIC, PRIVATE], ids=["public", "private"])
@pytest.mark.parametrize("archetype", ["security_report", "abuse_report", "escalation", None])
def test_the_shipped_rules_open_nothing_for_what_is_nobodys_issue(archetype: str | None, via: tuple[str, str]) -> None:
    decision = asked(SHIPPED, archetype, via)
    assert opens(decision) == ""
    assert "Open the issue by hand" in advice(decision)
    assert ("must be confidential" in advice(decision)) is (archetype == "security_report" or via == PRIVATE)


@pytest.mark.parametrize(
    ("confidential", "via", "opened"),
    [
        ("auto", PUBLIC, "public"),
        ("auto", PRIVATE, "confidential"),
        ("always", PUBLIC, "confidential"),
        ("always", PRIVATE, "confidential"),
        ("never", PUBLIC, "public"),
        ("never", PRIVATE, "confidential"),
    ],
)
def test_private_text_opens_a_confidential_issue(confidential: str, via: tuple[str, str], opened: str) -> None:
    assert opens(asked(with_issue(confidential), "bug_report", via)) == opened


def test_the_issue_of_a_private_archetype_is_confidential() -> None:
    given = with_issue("always", ", private: true")
    assert opens(asked(given, "bug_report", PUBLIC)) == "confidential"


def test_what_might_have_been_judged_private_stays_so() -> None:
    judged_private = ticket_as_json(Ticket(1, channel="twitter", public=False))
    for kept in (judged_private, {}):
        assert opens(asked(with_issue("auto"), "bug_report", PUBLIC, decided("bug_report", kept))) == "confidential"


@pytest.mark.parametrize(
    ("confidential", "channel", "would"),
    [
        ("auto", PUBLIC, "look for its issue in product, else open one"),
        ("auto", PRIVATE, "look for its issue in product, else open a confidential one"),
        ("never", PUBLIC, "look for its issue in product, else open one"),
        ("never", PRIVATE, "look for related issues in product"),
    ],
)
def test_without_a_person_never_opens_none_of_private_text(
    confidential: str, channel: tuple[str, str], would: str
) -> None:
    given = with_issue(confidential).routing
    policy = given.archetypes["bug_report"].issue
    assert policy
    issue = Issue.of(policy, describe_channel(given.channels, Ticket(1, via=Via(*channel))))
    assert issue.would() == would
    assert issue.confidential is (channel == PRIVATE)
