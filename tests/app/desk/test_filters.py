"""What templates say in words: services, budgets, causes and days as people write them."""

from __future__ import annotations

import pytest

from app.desk import filters


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("service", "gitlab", "GitLab"),
        ("service", "some_feed", "some feed"),
        ("budget", "zendesk:requests", "Zendesk: requests"),
        ("budget", "gitlab:issues:104", "GitLab: issues, project 104"),
        ("cause", "http_502", "HTTP 502"),
        ("cause", "no_answer", "no answer"),
        ("cause", "bug", "internal error"),
        ("at_step", "write", "while updating the ticket"),
        ("at_step", "sync_issues: sync", "at sync issues: sync"),
        ("weekday", "2026-11-29", "Sun 29 Nov"),
        ("feed_state", "empty", "nothing new"),
        ("feed_state", "blocked", "blocked"),
    ],
)
def test_names_are_said_as_people_write_them(name: str, value: str, said: str) -> None:
    assert filters.FILTERS[name](value) == said
