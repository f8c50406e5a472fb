"""What is odd about a post costs it as little as possible."""

from __future__ import annotations

from typing import Any

import pytest

from app.work.mentions.feed_post import mention_of
from integrations.feeds.feed import FeedPost


def post(**given: Any) -> FeedPost:
    return FeedPost(**{"id": "7", "url": "https://e.org/7", "published_at": None, "text": "gitlab is slow", **given})


@pytest.mark.parametrize(
    "odd",
    [
        {"author_url": "/users/ada"},
        {"author_url": "mailto:ada@example.com"},
        {"thread_url": "javascript:alert(1)"},
        {"thread_url": "/post/1"},
        {"author_name": "a" * 2000, "author_handle": "a" * 2000},
        {"thread_title": "t" * 2000, "thread_id": "t" * 2000},
    ],
)
def test_what_is_not_needed_costs_nobody_the_post(odd: dict[str, Any]) -> None:
    mention = mention_of("forum", post(**odd))
    assert mention is not None
    assert (mention.author.url, mention.thread.url) == ("", "")


def test_spaces_in_an_address_are_written_as_addresses_have_them() -> None:
    mention = mention_of("forum", post(url=" https://e.org/two words "))
    assert mention is not None
    assert mention.url == "https://e.org/two%20words"


def test_a_post_without_an_address_is_none() -> None:
    assert mention_of("forum", post(url="no address")) is None
