"""Queries stay on GitLab's full-text path, whatever a person's keyboard put into the subject."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.gitlab.search import search_words

# The range that GitLab's full-text search takes; one character outside switches it to a substring search.
LATIN = re.compile(r"[\u0000-\u02FF\u1E00-\u1EFF\u2070-\u218F]*\Z")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Can’t push – “fatal” error…", 'Can\'t push - "fatal" error'),
        ("git\u00a0clone\u200b fails\r\n now", "git clone fails now"),
        ("«Größe» – naïve", '"Größe" - naïve'),
        ("  ", ""),
        ("x" * 300, "x" * 250),
    ],
)
def test_typographic_punctuation_becomes_plain(text: str, query: str) -> None:
    assert search_words(text) == query
    assert LATIN.match(search_words(text))


def test_words_of_other_scripts_stay() -> None:
    assert search_words("プッシュできない") == "プッシュできない"


@given(st.text())
def test_a_query_is_one_line_of_bounded_length(text: str) -> None:
    query = search_words(text)

    assert query == " ".join(query.split())
    assert len(query) <= 250
