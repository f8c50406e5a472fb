"""Rules that somebody is editing."""

from __future__ import annotations

import pickle

from app.rules.conditions.context import Facts
from app.rules.draft import MAX_BYTES, Draft, check_draft
from app.rules.matching.matching import match
from app.ticket import Ticket
from tests.support.rules import MACROS, NOW, routing

ROUTES = "[{name: it, archetype: bug_report, when: {phrases: [since]}}]"
TESTS = """\
version: 1
tests:
  - {name: one, ticket: {channel: twitter, body: since 17.3}, expect: {route: it}}
"""


def test_a_good_draft_has_rules_examples_and_warnings() -> None:
    checked = check_draft(Draft(routing(ROUTES), MACROS, TESTS))
    assert checked.problems == ()
    assert checked.rules is not None
    assert [one.name for one in checked.examples] == ["one"]
    assert "archetype_without_example" in {one.name for one in checked.warnings}


def test_a_bad_draft_says_why_and_where() -> None:
    checked = check_draft(Draft(routing(ROUTES.replace("phrases", "phrasez")), MACROS, TESTS))
    assert checked.rules is None
    (problem,) = checked.problems
    assert (problem.file, problem.suggestion) == ("routing.yaml", "did you mean `phrases`?")


def test_bad_examples_leave_the_rules_good() -> None:
    checked = check_draft(Draft(routing(ROUTES), MACROS, TESTS.replace("route: it", "route: is")))
    assert checked.rules is not None
    assert [(one.file, one.position.line) for one in checked.problems] == [("routing.tests.yaml", 3)]


def test_no_examples_are_no_mistake() -> None:
    assert check_draft(Draft(routing(ROUTES), MACROS)).problems == ()


def test_a_large_draft_is_not_read() -> None:
    (problem,) = check_draft(Draft("#" * (MAX_BYTES + 1), MACROS)).problems
    assert "larger than 256 kB" in problem.message


def test_the_hash_tells_the_texts_apart() -> None:
    drafts = [Draft("ab", "c"), Draft("a", "bc"), Draft("ab", "c", "d"), Draft("ab", "c")]
    hashes = [draft.hash for draft in drafts]
    assert len(set(hashes)) == 3
    assert hashes[0] == hashes[3]


def test_rules_that_come_from_another_process_decide_alike() -> None:
    rules = check_draft(Draft(routing(ROUTES), MACROS)).rules
    assert rules is not None
    again = pickle.loads(pickle.dumps(rules))
    assert again.hash == rules.hash
    fired = match(again.matcher, Ticket(1, body="since 17.3"), Facts(), NOW).first()
    assert fired is not None
    assert (fired.route, fired.line) == ("it", again.line_of_route("it"))
    assert again.line_of_route("other") is None
