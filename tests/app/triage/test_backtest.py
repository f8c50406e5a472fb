"""Which past tickets would be treated otherwise, and what people say of it."""

from __future__ import annotations

from collections.abc import Callable

from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.backtest import Backtest, Past, backtest, in_words
from app.triage.judge import Judged, Judgement, judge
from app.triage.language import Language
from tests.support.rules import NOW, rules

JUDGEMENT = Judgement(lambda _text: Language("en", "English"))
IN_FORCE = rules("[{name: it, archetype: bug_report, when: {phrases: [since]}}]")
EDITED = rules("[{name: it, archetype: mention, when: {phrases: [since]}}]")


def by(given: Rules) -> Callable[[Ticket], Judged]:
    return lambda ticket: judge(given, ticket, JUDGEMENT, now=NOW)


def past(number: int, body: str, chosen: str | None = None, **decided: str) -> Past:
    return Past(
        Ticket(number, body=body, channel="twitter"),
        decided.get("archetype", "bug_report"),
        decided.get("decided_by", "route:it"),
        chosen,
    )


TICKETS = (
    past(1, "it is broken since", "mention"),
    past(2, "it is broken since", "bug_report"),
    past(3, "it is broken since", "non_english"),
    past(4, "it is broken since"),
    past(5, "nothing is said here"),
)


def edited_beside_in_force(*tickets: Past) -> Backtest:
    return backtest(tickets, by(EDITED), by(IN_FORCE))


def test_what_people_chose_tells_good_changes_from_bad_ones() -> None:
    found = edited_beside_in_force(*TICKETS)
    assert {one.ticket_id: one.side for one in found.changed} == {
        1: "toward",
        2: "away",
        3: "neither",
        4: "unjudged",
    }
    assert in_words(found) == (
        "treats 4 of 5 otherwise: 1 to what a person chose, 1 away from it, 1 to neither, 1 nobody judged"
    )


def test_all_tickets_of_a_change_are_kept_the_most_frequent_change_first() -> None:
    many = tuple(past(number, "it is broken since") for number in range(10, 30))
    found = backtest((past(1, "hm, what now", archetype="mention"), *many), by(EDITED))
    assert [(one.old, one.new, len(one.tickets)) for one in found.changes] == [
        ("bug_report", "mention", 20),
        ("mention", "needs triage", 1),
    ]


def test_without_other_rules_what_was_decided_then_counts_and_persons_are_left_out() -> None:
    found = backtest((past(1, "it is broken since", decided_by="person"), past(2, "it is broken since")), by(EDITED))
    assert (found.tickets, [one.ticket_id for one in found.changed]) == (1, [2])


def test_beside_other_rules_a_persons_ticket_counts_too() -> None:
    found = edited_beside_in_force(past(1, "it is broken since", "bug_report", decided_by="person"))
    assert [one.side for one in found.changed] == ["away"]


def test_no_change_is_said_in_few_words() -> None:
    assert in_words(backtest(TICKETS, by(IN_FORCE), by(IN_FORCE))) == "treats 0 of 5 otherwise"
