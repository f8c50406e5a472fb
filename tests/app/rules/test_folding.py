"""Texts made comparable, and the way back to what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.folding import Folded, clean, fold

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Can’t  PUSH", "can't push"),
        ("“down”", '"down"'),
        ("re‑open – now", "re-open - now"),
        ("wait…", "wait..."),
        ("ｄｏｗｎ", "down"),
        ("ﬁx", "fix"),
        ("do\u00adwn, do\u200bwn", "down, down"),
        ("a\n\n\tb\u00a0c", "a b c"),
        ("STRASSE straße", "strasse strasse"),
        ("n´t", "n't"),
    ],
)
def test_folds_case_signs_spaces_and_compatible_forms(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_keeps_accents_apart() -> None:
    assert fold("año") != fold("ano")
    assert fold("cafe\u0301") == fold("café")


def test_cleaning_keeps_case_and_layout() -> None:
    assert clean("It’s\n\n  DOWN") == "It's\n\n  DOWN"


@given(ANY_TEXT)
def test_folding_is_final_and_can_always_be_encoded(text: str) -> None:
    fold(text).encode()
    clean(text).encode()
    assert Folded(text).folded == fold(text)
    assert Folded(text).clean == clean(text)


@pytest.mark.parametrize(
    ("original", "wanted", "piece"),
    [
        ("So  it’s   DOWN again", "it's down", "it’s   DOWN"),
        ("\u200bwait… for it", "wait...", "wait…"),
        ("Straße gesperrt", "strasse", "Straße"),
        ("die ﬁnal ﬁx", "fix", "ﬁx"),
        ("e\u0301tat: 502", "502", "502"),
    ],
)
def test_gives_back_the_original_piece(original: str, wanted: str, piece: str) -> None:
    text = Folded(original)
    start = text.folded.index(wanted)
    assert text.piece(start, start + len(wanted), folded=True).strip("\u200b") == piece


@given(ANY_TEXT, st.text("abß ’éﬁ \n\u200b", min_size=1, max_size=8), ANY_TEXT)
def test_a_piece_contains_what_was_found(before: str, middle: str, after: str) -> None:
    text = Folded(before + middle + after)
    wanted = fold(middle)
    start = text.folded.find(wanted)
    if wanted and start >= 0:
        assert wanted in fold(text.piece(start, start + len(wanted), folded=True))
