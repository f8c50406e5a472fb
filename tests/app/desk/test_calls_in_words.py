"""What a ticket's page says of each call: for whom it was, in words, with names instead of numbers."""

from __future__ import annotations

import pytest

from app.desk.calls_in_words import call_in_words, request_of
from app.records.calls import MadeCall
from app.records.links import Link

OPENED = Link(7, "issue", 104, "g/p", 9, "https://gitlab.example/9", "opened", "opened")
LINKED = Link(7, "incident", 103, "g/infra", 1, "https://gitlab.example/1", "opened", "linked")


def said(service: str, what: str, status: int | None = 200) -> str:
    return call_in_words(MadeCall(service, what, status, 12, "2026-01-01T12:00:00+00:00"), 7, [OPENED, LINKED])


@pytest.mark.parametrize(
    ("service", "what", "words"),
    [
        ("gitlab", "POST /api/v4/projects/104/issues", "GitLab: opened issue g/p#9"),
        ("gitlab", "POST /api/v4/projects/103/issues", "GitLab: opened an issue in g/infra"),
        ("gitlab", "GET /api/v4/projects/5/issues", "GitLab: searched the issues of project 5"),
        (
            "gitlab",
            "GET /api/v4/projects/gitlab-com%2Finfrastructure",
            "GitLab: read project gitlab-com/infrastructure",
        ),
        ("gitlab", "GET /api/v4/projects/5", "GitLab: read project 5"),
        ("gitlab", "POST /api/v4/projects/103/issues/1/notes", "GitLab: commented on issue g/infra#1"),
        ("gitlab", "POST /api/v4/projects/103/issues/1/award_emoji", "GitLab: gave a thumbs up to issue g/infra#1"),
        ("gitlab", "POST /api/graphql", "GitLab: looked up where an issue was moved"),
        ("zendesk", "GET /api/v2/tickets/7.json", "Zendesk: read the ticket"),
        ("zendesk", "PUT /api/v2/tickets/7.json", "Zendesk: updated the ticket"),
        ("zendesk", "PUT /api/v2/tickets/8/mark_as_spam.json", "Zendesk: marked ticket 8 as spam"),
        ("zendesk", "GET /api/v2/users/search.json", "Zendesk: looked up a person"),
        ("chat", "POST", "The chat: sent a message"),
        ("llm", "POST", "The language model: asked about the text"),
        ("gitlab", "DELETE /api/v4/new%20thing", "GitLab: DELETE /api/v4/new thing"),
        ("weather", "", "Weather: "),
    ],
)
def test_a_call_is_told_in_words_and_one_that_nobody_knows_as_it_was_sent(service: str, what: str, words: str) -> None:
    assert said(service, what) == words


def test_what_did_not_succeed_was_only_tried() -> None:
    assert said("gitlab", "POST /api/v4/projects/104/issues", 502) == "GitLab: tried to open an issue in g/p"
    assert said("zendesk", "PUT /api/v2/tickets/7.json", None) == "Zendesk: tried to update the ticket"


def test_the_request_is_kept_as_a_detail_and_can_be_read() -> None:
    call = MadeCall("gitlab", "GET /api/v4/projects/gitlab-com%2Finfrastructure", 200, 5, "")
    assert request_of(call) == "GET /api/v4/projects/gitlab-com/infrastructure"
