"""Sections of the documentation are looked up for the note that shows them, and for a reply that names the best one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.rules.actions.action import Action
from app.rules.actions.docs import Docs
from app.rules.actions.findings import Found, IssueRef
from app.rules.actions.reply import Reply
from app.triage.plan import Plan
from app.work.documentation.find import SectionFinder
from app.work.messages import TicketDecision
from app.work.tickets.compose import compose
from tests.app.work.tickets.conftest import Steps
from tests.support.rules import rules

PAGE = "https://docs.example.com/runners/"
ISSUE = "https://gitlab.com/group/app/-/issues/7"
RULES = rules(
    more="docs: {source: docs, base_url: 'https://docs.example.com', archetypes: bug_report, offer_at: 0.5}\n",
    macros="""\
version: 1
macros:
  Bug::Both: {placeholders: [docs_url, issue_url], text: {default: "See ${docs_url}; we track it at ${issue_url}."}}
  Bug::Issue: {placeholders: [issue_url], text: {default: "We track it at ${issue_url}."}}
""",
)
DOCS = Docs(show_at=0.3)
BOTH, ISSUE_ALONE = Reply(macro="Bug::Both", sent=False), Reply(macro="Bug::Issue", sent=False)


def finder(score: float) -> SectionFinder:
    row = SimpleNamespace(title="Runners", url=PAGE, description="A paused runner takes no jobs.")
    return SectionFinder(cast("Any", SimpleNamespace(search=lambda *_: [SimpleNamespace(row=row, score=score)])))


def planned(steps: Steps, *actions: Action) -> TicketDecision:
    decision = steps.decision(steps.message())
    return decision.model_copy(update={"plan": Plan(mode="live", actions=actions)})


@pytest.mark.parametrize(
    ("actions", "score", "found"),
    [
        ((DOCS,), 0.3, True),
        ((DOCS, BOTH), 0.3, True),
        ((DOCS,), 0.2, False),
        ((BOTH,), 0.5, True),
        ((BOTH,), 0.3, False),
        ((ISSUE_ALONE,), 0.9, False),
        ((), 0.9, False),
    ],
)
def test_sections_are_found_for_whoever_asks(
    steps: Steps, actions: tuple[Action, ...], score: float, found: bool
) -> None:
    assert bool(finder(score).of(planned(steps, *actions), RULES)) is found


def test_the_reply_of_a_later_write_names_issue_and_page(steps: Steps) -> None:
    """The first note has shown the sections, and its reply waited for the issue."""
    decision = planned(steps, BOTH)
    issue = IssueRef(project="group/app", iid=7, title="It breaks", url=ISSUE)
    found = Found(outcome="linked", issue=issue, sections=finder(0.8).of(decision, RULES))
    said = [line.text for line in compose(decision, found, RULES).note if line.quoted]
    assert said == [f"See {PAGE}; we track it at {ISSUE}."]
