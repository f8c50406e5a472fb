"""What an editor offers to put in place of a mistake."""

from __future__ import annotations

import pytest

from app.rules.loading import load
from app.rules.parsing.fixes import Fix, proposed_fix
from app.rules.parsing.positions import BadRules
from tests.support.rules import MACROS, routing


def fixes(text: str) -> list[Fix | None]:
    with pytest.raises(BadRules) as caught:
        load(text, MACROS)
    return [proposed_fix(problem, text) for problem in caught.value.problems]


def mended(text: str) -> str:
    (fix,) = fixes(text)
    assert fix is not None
    lines = text.split("\n")
    line = lines[fix.line - 1]
    begin = fix.column - 1
    assert line[begin : begin + len(fix.old)] == fix.old
    lines[fix.line - 1] = line[:begin] + fix.new + line[begin + len(fix.old) :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "route",
    [
        "{name: it, archetype: bug_report, when: {phrasez: [since]}}",
        '{name: it, archetype: bug_report, when: {"phrasez": [since]}}',
        "{name: it, archetype: bug_reprot, when: {phrases: [since]}}",
        "{name: it, archetype: 'bug_reprot', when: {phrases: [since]}}",
        "{name: it, archetype: bug_report, mode: lve, when: {phrases: [since]}}",
        "{name: it, archetype: bug_report, when: {phrases: [17.3]}}",
    ],
)
def test_what_is_proposed_mends_the_file(route: str) -> None:
    load(mended(routing(f"[{route}]")), MACROS)


def test_the_place_is_that_of_the_word() -> None:
    text = routing("- name: it\n  archetype: bug_report\n  when:\n    phrasez: [since]\n")
    line = text.split("\n").index("      phrasez: [since]") + 1
    assert fixes(text) == [Fix(line, 7, "phrasez", "phrases")]


def test_nothing_is_proposed_for_what_nobody_can_guess() -> None:
    assert fixes(routing("[{name: it, archetype: bug_report, when: {qqq: [since]}}]")) == [None]
    assert fixes("a: [") == [None]
