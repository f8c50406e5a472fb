"""Drafts are checked one at a time, of each person the newest, in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from app.rules.draft import CheckedDraft, Draft, check_draft
from app.work.operations.draft_checks import KEPT, DraftChecks, Superseded
from app.work.operations.draft_process import TOO_SLOW, DraftProcess
from tests.support.harness import wait_until
from tests.support.rules import MACROS, routing

ENOUGH = 60.0
ROUTING = routing("[{name: it, archetype: bug_report, when: {phrases: [since]}}]")
EXAMPLES = """\
version: 1
tests:
  - {name: one, ticket: {channel: twitter, body: broken since 17.3}, expect: {archetype: bug_report}}
  - {name: two, ticket: {channel: twitter, body: broken since 17.3}, expect: {archetype: mention}}
"""


class Gate:
    """A check that ends when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = threading.Event()

    def check(self, draft: Draft) -> CheckedDraft:
        self.asked.append(draft.routing)
        assert self.open.wait(ENOUGH)
        return CheckedDraft(draft)


class Caller(threading.Thread):
    def __init__(self, checks: DraftChecks, text: str, by: str) -> None:
        super().__init__(daemon=True)
        self.checks, self.draft, self.by = checks, Draft(text, ""), by
        self.answer: object = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.checks.checked(self.draft, self.by)
        except Superseded as superseded:
            self.answer = superseded

    def ended(self) -> object:
        self.join(ENOUGH)
        assert not self.is_alive()
        return self.answer


def test_a_known_draft_is_not_checked_again() -> None:
    gate = Gate()
    gate.open.set()
    checks = DraftChecks(gate.check)
    for _ in range(2):
        checks.checked(Draft("a", ""), "ada")
    assert gate.asked == ["a"]
    for number in range(KEPT):
        checks.checked(Draft(str(number), ""), "ada")
    checks.checked(Draft("a", ""), "ada")
    assert gate.asked.count("a") == 2


def test_of_one_person_only_the_newest_is_checked() -> None:
    gate = Gate()
    checks = DraftChecks(gate.check)
    first = Caller(checks, "first", "ada")
    wait_until(lambda: gate.asked == ["first"], seconds=ENOUGH)
    second = Caller(checks, "second", "ada")
    wait_until(lambda: "ada" in checks._newest, seconds=ENOUGH)
    third = Caller(checks, "third", "ada")
    assert isinstance(second.ended(), Superseded)
    gate.open.set()
    assert isinstance(first.ended(), CheckedDraft)
    assert isinstance(third.ended(), CheckedDraft)
    assert gate.asked == ["first", "third"]


def test_two_persons_do_not_supersede_each_other() -> None:
    gate = Gate()
    checks = DraftChecks(gate.check)
    callers = [Caller(checks, name, name) for name in ("ada", "ben", "cy")]
    wait_until(lambda: len(gate.asked) == 1 and len(checks._newest) == 2, seconds=ENOUGH)
    gate.open.set()
    assert all(isinstance(caller.ended(), CheckedDraft) for caller in callers)


def test_a_failed_check_keeps_nobody_waiting() -> None:
    def fails(draft: Draft) -> CheckedDraft:
        raise RuntimeError

    checks = DraftChecks(fails)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            checks.checked(Draft("a", ""), "ada")


@pytest.fixture(scope="module")
def process() -> Iterator[DraftProcess]:
    process = DraftProcess()
    yield process
    process.stop()


def test_the_process_says_what_a_check_here_says(process: DraftProcess) -> None:
    for when in ("phrases", "phrasez"):
        draft = Draft(routing(f"[{{name: it, archetype: bug_report, when: {{{when}: [since]}}}}]"), MACROS)
        theirs, ours = process.check(draft), check_draft(draft)
        assert theirs.problems == ours.problems
        assert theirs.warnings == ours.warnings
        assert (theirs.rules and theirs.rules.hash) == (ours.rules and ours.rules.hash)


def test_rule_tests_run_there_too_and_no_more_than_the_first_ones(
    process: DraftProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = check_draft(Draft(ROUTING, MACROS, EXAMPLES))
    found = process.test(checked)
    assert found is not None
    assert [(one.example.name, one.passed) for one in found] == [("one", True), ("two", False)]
    monkeypatch.setattr("app.work.operations.draft_process.MOST_TESTS", 1)
    assert len(process.test(checked) or ()) == 1
    assert process.test(check_draft(Draft("routes: [", MACROS, EXAMPLES))) == ()


def test_a_check_without_an_answer_is_refused_and_the_next_one_works() -> None:
    process = DraftProcess(patience=0.0)
    assert process.test(check_draft(Draft(ROUTING, MACROS, EXAMPLES))) is None
    draft = Draft(routing(), MACROS)
    assert [one.message for one in process.check(draft).problems] == [TOO_SLOW]
    process._patience = ENOUGH
    assert process.check(draft).problems == ()
    process.stop()
