"""Whatever the text: no error, nothing found the second time, nothing but placeholders added."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redaction import KINDS, placeholder, redact
from app.redaction.literal_search import lowered
from tests.app.redaction.marked import EXAMPLES
from tests.support.hostile import FRAGMENTS

NAMES = ("Mark Smith", "@mark_s", "Will de la Page", "田中 太郎", "José Ñ. O’Brien", "Email Removed", "(?")
PIECES = sorted({*FRAGMENTS, *(value for example in EXAMPLES for _, value in example.values)})
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=25).map("".join)
LINES = st.lists(
    st.sampled_from(sorted({line for example in EXAMPLES for line in example.text.splitlines()})), max_size=8
).map("\n".join)
PLACEHOLDER = re.compile("|".join(re.escape(placeholder(kind)) for kind in KINDS))

NOT_CHARACTERS = re.compile("[\ufdd0-\ufdef]")


@given(TEXTS | LINES)
def test_a_second_time_finds_nothing(text: str) -> None:
    once = redact(text, names=NAMES)
    twice = redact(once.text, names=NAMES)
    assert (twice.text, dict(twice.removed)) == (once.text, {})


@given(TEXTS | LINES)
def test_what_is_left_is_the_text_in_its_order(text: str) -> None:
    redacted = redact(text, names=NAMES)
    text = NOT_CHARACTERS.sub("\ufffd", text)
    at = 0
    for piece in PLACEHOLDER.split(redacted.text):
        found = text.find(piece, at)
        assert found >= 0
        at = found + len(piece)


@given(st.text(alphabet=st.characters(), max_size=60), st.lists(st.text(max_size=30), max_size=4))
def test_any_text_and_any_names_are_taken(text: str, names: list[str]) -> None:
    assert redact(text, names=names).text is not None


@given(st.text(alphabet="abcdefghijklmnop \n", max_size=200))
def test_plain_words_stay(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("plane", range(17))
def test_lower_case_keeps_every_character_in_its_place(plane: int) -> None:
    every = "".join(map(chr, range(plane * 0x10000, (plane + 1) * 0x10000)))
    assert len(lowered(every)) == len(every)


def test_a_placeholder_somebody_wrote_stays_and_is_not_counted() -> None:
    written = "\n".join(map(placeholder, KINDS))
    assert redact(written, names=NAMES) == redact("", names=NAMES).__class__(written, {})


def test_signs_that_stand_for_placeholders_cannot_be_smuggled_in() -> None:
    assert redact("a \ufdd0 b \ufdef").text == "a \ufffd b \ufffd"
