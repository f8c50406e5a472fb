"""The few words that GitLab itself is asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.index import SimilarityIndex
from app.similarity.queries import search_queries
from tests.app.similarity.issues import ISSUES

TRACE = "Sidekiq says:\n\n    NoMethodError: undefined method `login' for nil:NilClass\n      lib/gitlab/importer.rb:12"


def test_the_errors_own_words_come_first_and_in_quotes() -> None:
    queries = search_queries("Owners vanish", 'The log says "Cannot remove last owner" and then removes them')
    assert queries[0] == '"Cannot remove last owner"'


def test_then_the_name_of_the_error() -> None:
    assert search_queries("GitHub import hangs", TRACE)[:2] == ['"undefined method"', "nomethoderror"]


def test_then_rare_words_then_what_fails_to_do_what() -> None:
    assert search_queries("GitHub import hangs", TRACE)[2:] == ["github import", "import hangs"]


def test_a_status_alone_would_find_too_much() -> None:
    assert "404 renaming" in search_queries("", "after renaming a group the images give 404")


def test_the_index_knows_what_is_rare_and_what_nobody_else_ever_wrote() -> None:
    index = SimilarityIndex()
    index.add_all(ISSUES)
    assert search_queries("runner powershell qwertyuiop", "", index.frequency)[0] == "powershell runner"
    assert search_queries("runner powershell qwertyuiop", "")[0] == "powershell qwertyuiop"


def test_short_reports_are_asked_for_from_two_sides() -> None:
    assert len(search_queries("", "since 11.4 the Web IDE eats my tabs. Makefiles are not amused @gitlab")) == 2


@pytest.mark.parametrize("text", ["", "?!", "İİİ İİİİ", "the of it", "@gitlab #help", "https://example.com/a/b"])
def test_nothing_to_look_for_means_no_query(text: str) -> None:
    assert search_queries(text, text) == []


def test_nothing_that_looks_like_a_password_leaves() -> None:
    queries = search_queries("registry login", "docker login -u deploy-token-118 -p 5fKq_notreal_aaZ registry")
    assert not [query for query in queries if "notreal" in query or "118" in query]


@given(st.text(max_size=300), st.text(max_size=600))
def test_a_few_short_queries_of_what_gitlab_keeps(subject: str, body: str) -> None:
    queries = search_queries(subject, body)
    assert len(queries) <= 4
    for query in queries:
        assert len(query) <= 200
        assert query.count('"') in {0, 2}
        assert not re.search("[\u2010-\u206f]", query)
        assert re.search(r"[^\W_]", query)
