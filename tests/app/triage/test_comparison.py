"""What two versions of the rules would do otherwise with a ticket."""

from __future__ import annotations

from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.comparison import Difference, differences
from app.triage.explanation import Explanation, explanation
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from tests.support.rules import NOW, rules

JUDGEMENT = Judgement(lambda _text: Language("en", "English"))


def said(given: Rules, body: str) -> Explanation:
    return explanation(judge(given, Ticket(1, body=body, channel="twitter"), JUDGEMENT, now=NOW), given.hash)


BEFORE = rules("[{name: it, archetype: bug_report, when: {phrases: [since]}}]")


def test_the_same_treatment_has_no_differences() -> None:
    assert differences(said(BEFORE, "it is broken since"), said(BEFORE, "it is broken since")) == ()


def test_another_verdict_names_what_changes() -> None:
    after = rules("[{name: it, archetype: mention, when: {phrases: [since]}}]")
    found = differences(said(BEFORE, "it is broken since"), said(after, "it is broken since"))
    assert Difference("archetype", "bug_report", "mention") in found
    assert Difference("rule it", "holds: bug_report", "holds: mention") in found
    actions = [one for one in found if one.what == "action"]
    assert any("archetype__bug_report" in one.before and not one.after for one in actions)
    assert any("archetype__mention" in one.after and not one.before for one in actions)


def test_a_ticket_that_is_left_to_a_person_now() -> None:
    after = rules("[{name: it, archetype: bug_report, when: {phrases: [until]}}]")
    found = differences(said(BEFORE, "it is broken since"), said(after, "it is broken since"))
    assert Difference("archetype", "bug_report", "needs triage") in found
    assert Difference("rule it", "holds: bug_report", "does not hold") in found


def test_a_shadow_route_that_would_fire_is_a_difference() -> None:
    after = rules("[{name: it, archetype: bug_report, mode: shadow, when: {phrases: [since]}}]")
    nothing = rules("[]")
    assert Difference("rule it", "does not hold", "holds: bug_report") in differences(
        said(nothing, "it is broken since"), said(after, "it is broken since")
    )
