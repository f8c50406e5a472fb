"""GitLab's search: stems, prefixes, AND; phrases; substrings as soon as one character is not Latin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.gitlab.search import SearchIndex, stem, words


@pytest.fixture
def index() -> SearchIndex:
    index = SearchIndex()
    index.put(
        1,
        "Push fails with error 500",
        "<!-- zdrk7f3a9c0d41e2b8 -->\n\nPushing to the repository ends with `remote: 500`",
    )
    index.put(2, "Clone is slow", "Cloning large repositories takes minutes. Push works.")
    index.put(3, "Загрузка не работает", "Кнопка “Загрузить” ничего не делает")
    return index


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("push", {1, 2}),
        ("pushed", {1, 2}),
        ("push clone", {2}),
        ("push nothing", set()),
        ("repo", {1, 2}),
        ("zdrk7f3a9c0d41e2b8", {1}),
        ("zdrk7f3a", {1}),
        ('"push fails"', {1}),
        ('"fails push"', set()),
        ('"large repositories" push', {2}),
        ("the of with", {1, 2, 3}),
        ("", {1, 2, 3}),
        ("push: (500)!", {1}),
        ("загруз", {3}),
        ("push – fails", {1}),
        ("“загрузить”", {3}),
        ("push’s", set()),
    ],
)
def test_finds(index: SearchIndex, query: str, found: set[int]) -> None:
    assert index.find(query) == found


def test_can_look_into_titles_only(index: SearchIndex) -> None:
    assert index.find("push", ["title"]) == {1}
    assert index.find('"cloning large"', ["title"]) == set()
    assert index.find("кнопка", ["title"]) == set()


def test_a_changed_text_is_found_by_its_new_words_only(index: SearchIndex) -> None:
    assert index.find("slow") == {2}
    index.put(2, "Clone is quick", "")
    assert (index.find("slow"), index.find("quick"), index.find("push")) == (set(), {2}, {1})


def test_words_are_split_as_postgresql_does() -> None:
    assert words("zd-12345 a_b:c gitlab.rb /etc/x.conf") == ["zd", "12345", "b", "c", "gitlab.rb", "etc/x.conf"]
    assert words("x" * 60 + " kept") == ["kept"]


@pytest.mark.parametrize(
    "family",
    ["push pushes pushed pushing", "fail fails failed failing", "clone clones cloned cloning", "query queries"],
)
def test_forms_of_a_word_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@given(st.text(), st.text())
def test_never_fails(text: str, query: str) -> None:
    index = SearchIndex()
    index.put(1, text, text)
    index.find(query)
