"""CONTRIBUTING says what a feed consists of: here every kind of feed is looked through."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from app.rules.schema.feeds import FeedConfig
from app.settings import FeedAccounts
from app.work.mentions.open_feed import OpenFeeds
from integrations.errors import Refused
from integrations.feeds.reddit_api import RedditApi
from integrations.outbound import UNGUARDED
from tests.docs.pages import DOCS, text

KINDS: dict[str, Any] = {
    config.model_fields["type"].annotation.__args__[0]: config for config in get_args(get_args(FeedConfig)[0])
}
GIVEN = {
    "channel": "forum",
    "address": "https://e.org",
    "look_for": ["gitlab"],
    "tags": ["gitlab"],
    "forum": "gitlab",
    "channel_id": "UCx",
    "hashtag": "gitlab",
    "tag": "gitlab",
    "subreddits": ["gitlab"],
}
ACCOUNTS = FeedAccounts.model_validate(dict.fromkeys(FeedAccounts.model_fields, "x"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_adapter_and_stands_in_the_docs(kind: str) -> None:
    model = KINDS[kind]
    config = model.model_validate({"type": kind} | {key: GIVEN[key] for key in GIVEN if key in model.model_fields})
    assert callable(OpenFeeds(ACCOUNTS, UNGUARDED).open("it", config).read)
    assert f"type: {kind}" in text(DOCS / "feeds.md")


@pytest.mark.parametrize("kind", ["disqus", "youtube", "tumblr", "bluesky", "reddit", "producthunt"])
def test_a_missing_account_is_named(kind: str) -> None:
    model = KINDS[kind]
    config = model.model_validate({"type": kind} | {key: GIVEN[key] for key in GIVEN if key in model.model_fields})
    with pytest.raises(Refused, match=f"{kind.upper()}_[A-Z_]+ is not set, and this feed needs it"):
        OpenFeeds(FeedAccounts(), UNGUARDED).open("it", config)


def test_reddit_is_read_with_a_key_of_its_api_or_names_what_the_key_lacks() -> None:
    config = KINDS["reddit"].model_validate({"type": "reddit", "channel": "forum", "subreddits": ["gitlab"]})
    assert isinstance(OpenFeeds(ACCOUNTS, UNGUARDED).open("it", config), RedditApi)
    with pytest.raises(Refused, match="REDDIT_CLIENT_SECRET is not set"):
        OpenFeeds(FeedAccounts(reddit_client_id="id"), UNGUARDED).open("it", config)
    with pytest.raises(Refused, match="REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET would do as well"):
        OpenFeeds(FeedAccounts(), UNGUARDED).open("it", config)
