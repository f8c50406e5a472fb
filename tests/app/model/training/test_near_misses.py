"""Sarcasm, anger and near misses: 116 tickets that nothing is trained on, as rules and model judge them.

`near_misses.jsonl` is harder than real traffic on purpose. Routes were mended after reading what they missed in it, so
it shows what must not come back, and `blind.jsonl` what to expect.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.training.examples import example_of, shipped_examples
from app.model.training.labelled import read_labelled
from app.triage.judge import Judged, judge
from app.triage.shipped import shipped_judgement
from tests.support.rules import NOW
from tests.support.shipped import SHIPPED

TICKETS = read_labelled(Path(__file__).with_name("near_misses.jsonl"))
HARM = {"security_report", "escalation", "abuse_report"}


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    judgement = shipped_judgement()
    return {one.id: judge(SHIPPED, one.ticket(), judgement, now=NOW) for one in TICKETS}


def test_nothing_of_it_was_learned() -> None:
    learned = {one.ticket.body.casefold() for one in shipped_examples()}
    assert not {example_of(one).ticket.body.casefold() for one in TICKETS} & learned - {"[deleted]"}


def test_most_get_what_a_careful_colleague_would_say(judged: dict[str, Judged]) -> None:
    right = [one.id for one in TICKETS if judged[one.id].verdict.archetype in one.right]
    assert len(right) >= 0.86 * len(TICKETS)


def test_no_route_is_wrong_with_high_confidence(judged: dict[str, Judged]) -> None:
    wrong = {
        one.id: judged[one.id].verdict.decided_by
        for one in TICKETS
        if (said := judged[one.id].verdict).decided_by.startswith("route:")
        and said.confidence == "high"
        and said.archetype not in one.right
    }
    assert wrong == {}


def test_nothing_with_a_complaint_is_solved_or_thanked(judged: dict[str, Judged]) -> None:
    kind = {"mention", "solved_by_user"}
    complaints = [one for one in TICKETS if not one.right & kind]
    assert {one.id for one in complaints if judged[one.id].verdict.archetype in kind} == set()


def test_what_does_harm_is_found(judged: dict[str, Judged]) -> None:
    harmful = [one for one in TICKETS if one.gold in HARM]
    assert sum(judged[one.id].verdict.archetype in one.right for one in harmful) >= 0.9 * len(harmful)
    assert all(judged[one.id].verdict.archetype != "non_english" for one in harmful)


def test_a_security_report_never_leads_to_a_public_issue(judged: dict[str, Judged]) -> None:
    reports = [judged[one.id] for one in TICKETS if one.gold == "security_report"]
    issues = [action for one in reports for action in one.plan.actions if action.kind == "issue"]
    assert [issue for issue in issues if "public" in issue.details()] == []
