"""Recall by kind and what is removed wrongly, on the marked examples; the figures stand in docs/redaction.md."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

import pytest

from app.redaction import KINDS, redact
from tests.app.redaction.marked import EXAMPLES, Example
from tests.support.paths import ROOT

DOCS = ROOT / "docs" / "redaction.md"
# What may be missed: nothing but telephone numbers, which have no form of their own.
LEAST_RECALL = dict.fromkeys(KINDS, 1.0) | {"phone": 0.95}
MOST_WRONGLY_REMOVED = 0.002


def measured() -> dict[str, tuple[int, float]]:
    """Kind -> how many there are, and the share of them that is gone."""
    there: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for example in EXAMPLES:
        left = redact(example.text, names=example.names).text
        for kind, value in example.values:
            there[kind] += 1
            # The same letters may stand elsewhere with another meaning ("Will this ...? Thanks, Will").
            gone[kind] += left.count(value) <= example.expected.count(value)
    return {kind: (there[kind], gone[kind] / there[kind]) for kind in KINDS}


def wrongly_removed() -> tuple[int, int]:
    """Words that should have stayed and did not, of all that should have."""
    lost = kept = 0
    for example in EXAMPLES:
        wanted = example.expected.split()
        left = redact(example.text, names=example.names).text.split()
        same = sum(block.size for block in SequenceMatcher(None, wanted, left, autojunk=False).get_matching_blocks())
        kept += len(wanted)
        lost += len(wanted) - same
    return lost, kept


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_removes_what_is_marked_and_nothing_else(example: Example) -> None:
    redacted = redact(example.text, names=example.names)
    assert redacted.text == example.expected
    assert redacted.removed == example.kinds


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_twice_is_the_same_as_once(example: Example) -> None:
    once = redact(example.text, names=example.names)
    twice = redact(once.text, names=example.names)
    assert twice.text == once.text
    assert not twice.removed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_the_report_names_kinds_and_no_value(example: Example) -> None:
    redacted = redact(example.text, names=example.names)
    assert set(redacted.removed) <= set(KINDS)
    shown = repr(redacted)
    for _, value in example.values:
        assert shown.count(value) <= repr(example.expected).count(value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_windows_line_ends_change_nothing(example: Example) -> None:
    redacted = redact(example.text.replace("\n", "\r\n"), names=example.names)
    assert redacted.text.replace("\r\n", "\n") == example.expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_quoting_it_in_an_answer_hides_nothing(example: Example) -> None:
    quoted = redact("> " + example.text.replace("\n", "\n> "), names=example.names).text
    for _, value in example.values:
        if "\n" not in value:
            assert quoted.count(value) <= example.expected.count(value)


def test_there_are_enough_examples_of_every_kind() -> None:
    assert len(EXAMPLES) >= 200
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    there = Counter(kind for example in EXAMPLES for kind in example.kinds)
    assert set(there) == set(KINDS)
    assert sum(not example.values for example in EXAMPLES) >= 30


def test_recall_by_kind() -> None:
    found = {kind: recall for kind, (_, recall) in measured().items()}
    assert {kind: recall for kind, recall in found.items() if recall < LEAST_RECALL[kind]} == {}


def test_hardly_anything_else_is_removed() -> None:
    lost, kept = wrongly_removed()
    assert lost / kept <= MOST_WRONGLY_REMOVED


def test_the_documentation_has_the_figures() -> None:
    rows = [line.split("|")[1:4] for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    written = {name.strip().strip("`"): (int(there), float(recall)) for name, there, recall in rows}
    assert written == {kind: (there, round(recall, 2)) for kind, (there, recall) in measured().items()}
