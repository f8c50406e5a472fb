"""Sections of the documentation in the note, and the reply that offers the best one."""

from __future__ import annotations

from typing import Any

import pytest

from app.rules.actions.action import ChangeContext
from app.rules.actions.docs import Docs
from app.rules.actions.findings import Found, FoundSection
from app.rules.actions.ticket_change import Section, TicketChange
from app.rules.channels import ChannelOf
from app.rules.loading import Rules
from app.rules.verdict import Verdict
from app.ticket import Ticket
from app.triage.plan import plan
from tests.support.rules import HEAD, rules

DOCS = "docs: {source: docs, base_url: 'https://d.org', archetypes: [bug_report, mention], reply: 'A::Docs'}\n"
MACROS = """\
version: 1
macros:
  A::Docs: {description: d, placeholders: [docs_url], tags: [offered], text: {default: "See ${docs_url}"}}
  A::Own: {description: d, text: {default: "Thank you"}}
"""
OWN_REPLY = HEAD.replace("{description: broken}", "{description: broken, reply: {macro: 'A::Own'}}")
BEST = FoundSection(title="SSH: Keys", url="https://d.org/ssh", excerpt="Make a pair.", score=0.8)


def planned(given: Rules, archetype: str | None = "bug_report", **verdict: Any) -> Docs | None:
    said = {"confidence": "high", "decided_by": "route:it", "mode": "live", "why": "w", **verdict}
    channel = ChannelOf("forum", public=True, reply="elsewhere", link="")
    made = plan(given.routing, Ticket(1), Verdict(archetype=archetype, **said), channel=channel)
    return next((one for one in made.actions if isinstance(one, Docs)), None)


def carried_out(action: Docs, sections: tuple[FoundSection, ...], url: str = "") -> tuple[TicketChange, str]:
    change = TicketChange()
    context = ChangeContext(
        1, "forum", rules(macros=MACROS, more=DOCS).macros, {"docs_url": url}, Found(sections=sections)
    )
    outcome = action.carry_out(change, context)
    return change, f"{outcome.state}: {outcome.detail}"


@pytest.mark.parametrize(
    ("given", "archetype", "verdict", "expected"),
    [
        (rules(macros=MACROS), "bug_report", {}, None),
        (rules(macros=MACROS, more=DOCS), "bug_report", {}, "A::Docs"),
        (rules(macros=MACROS, more=DOCS), "non_english", {}, None),
        (rules(macros=MACROS, more=DOCS), None, {"confidence": "none"}, None),
        (rules(macros=MACROS, more=DOCS), "bug_report", {"confidence": "medium"}, ""),
        (rules(macros=MACROS, more=DOCS, head=OWN_REPLY), "bug_report", {}, ""),
        (rules(macros=MACROS, more=DOCS, head=OWN_REPLY), "mention", {}, "A::Docs"),
    ],
)
def test_it_is_planned_where_the_rules_name_the_archetype(
    given: Rules, archetype: str | None, verdict: dict[str, Any], expected: str | None
) -> None:
    action = planned(given, archetype, **verdict)
    assert (action.macro if action else None) == expected


def test_sections_stand_in_the_note_with_the_sentence_that_fits() -> None:
    change, outcome = carried_out(Docs(show_at=0.3), (BEST,))
    (line,) = change.note
    assert (line.section, line.name, line.url) == (Section.DOCS, "SSH: Keys", "https://d.org/ssh")
    assert line.text == ": Make a pair. (80% similar)"
    assert outcome == "done: one section shown"


def test_the_best_one_is_offered_only_when_it_is_sure() -> None:
    sure, outcome = carried_out(Docs(show_at=0.3, macro="A::Docs"), (BEST,), "https://d.org/ssh")
    assert (sure.answer_waits, sure.reply, sure.add) == (True, "", [])
    assert "See https://d.org/ssh" in [line.text for line in sure.note if line.quoted]
    assert outcome == "done: suggested A::Docs"
    unsure, _ = carried_out(Docs(show_at=0.3, macro="A::Docs"), (BEST,))
    assert not unsure.answer_waits


def test_without_a_section_nothing_is_said() -> None:
    change, outcome = carried_out(Docs(show_at=0.3, macro="A::Docs"), ())
    assert (change.note, outcome) == ([], "skipped: no section of the documentation is near")


def test_it_is_looked_for_in_suggest_mode_too() -> None:
    action = planned(rules(macros=MACROS, more=DOCS), mode="suggest")
    assert action is not None
    assert not action.skip_reason


def test_beside_a_report_it_is_said_that_it_may_work_so() -> None:
    opens = HEAD.replace("{description: broken}", "{description: broken, issue: {tracker: product, template: 'A::T'}}")
    template = "templates: {'A::T': {description: t, text: t}}\n"
    action = planned(rules(macros=MACROS + template, more=DOCS, head=opens))
    assert action is not None
    assert action.show_at == 0.45
    change, _ = carried_out(action, (BEST,))
    assert [line.text for line in change.note if not line.listed] == ["It may work as documented here:"]
