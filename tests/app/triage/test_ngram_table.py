"""ELD's letter groups, found in less memory."""

from __future__ import annotations

import pytest

from app.triage.language import LanguageDetector
from app.triage.ngram_table import NgramTable

GROUPS = {b" the ": {11: 900, 37: 2}, b"the": {11: 70_00}, b"th": {0: 1}, "ß".encode(): {9: 65_535}, b"a\0": {1: 1}}


def test_each_group_is_found_with_its_languages() -> None:
    table = NgramTable(GROUPS)
    assert {group: table[group] for group in GROUPS if group in table} == GROUPS
    assert len(table) == len(GROUPS)


@pytest.mark.parametrize("group", [b"", b"t", b"the ", b" the", b"a", b"a\0\0", b"zzz", b"longer than any"])
def test_what_is_not_in_it_is_not_found(group: bytes) -> None:
    table = NgramTable(GROUPS)
    assert group not in table
    with pytest.raises(KeyError):
        table[group]


@pytest.mark.parametrize(("groups", "error"), [({b"12345678": {1: 1}}, ValueError), ({b"a": {256: 1}}, OverflowError)])
def test_a_table_that_would_lose_something_is_refused(
    groups: dict[bytes, dict[int, int]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        NgramTable(groups)


def test_a_second_detector_knows_as_much() -> None:
    text = "Buenas, ¿alguien sabe cómo hacer para que el pipeline se ejecute solamente cuando hago merge?"
    assert [LanguageDetector().detect(text).code for _ in range(2)] == ["es", "es"]
