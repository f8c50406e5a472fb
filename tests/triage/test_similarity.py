"""Ranking candidates without an index, and choosing what to search for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.triage.similarity import MOST_SEARCH_WORDS, search_words, similarity

TICKET = (
    "Mattermost SSO redirect loop in 9.2\nlogin with GitLab -> authorize -> back to login, couldn't find the account"
)


def test_the_same_matter_is_closer_than_another_one() -> None:
    same = similarity(TICKET, "Redirect loop on Mattermost SSO login", "Users are sent back to login after authorize.")
    other = similarity(TICKET, "Runner ignores exit codes of PowerShell", "A failing script is shown as green.")
    assert same > 0.45 > other


def test_the_issue_made_from_a_ticket_is_nearly_the_ticket() -> None:
    assert similarity(TICKET, "Mattermost SSO redirect loop in 9.2", TICKET) > 0.9


def test_searches_for_what_is_rare() -> None:
    words = search_words("Mattermost SSO redirect loop in 9.2", "Hi, after 9.1 the bundled Mattermost goes round")
    assert "mattermost" in words
    assert len(words) == MOST_SEARCH_WORDS


def test_nothing_to_search_for() -> None:
    assert search_words("", "hello, it does not work :(") == []


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=300))
def test_similarity_is_a_share(ticket: str, title: str, description: str) -> None:
    assert 0 <= similarity(ticket, title, description) <= 1.0001


@given(st.text(max_size=200), st.text(max_size=300))
def test_search_words_are_plain(subject: str, body: str) -> None:
    for word in search_words(subject, body):
        assert word
        assert not set(word) & set("\"'@#<>`/")
