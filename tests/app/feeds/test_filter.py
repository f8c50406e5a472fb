"""What a feed brings and nobody asked for is left out, with the reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.feeds.filter import FeedFilter
from app.feeds.mention import Mention
from app.rules.schema.feeds import HackerNewsConfig

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
FEED: dict[str, Any] = {
    "type": "hackernews",
    "channel": "hackernews",
    "look_for": ["gitlab", "git lab"],
    "leave_out": ["gitlab.com/some-other"],
    "leave_out_authors": ["*bot"],
    "minimum_score": 2,
}


def why(text: str, *, score: int | None = None, at: datetime = NOW, title: str = "", **author: str) -> str:
    given = {"source": "hackernews", "id": "1", "url": "https://e.org", "text": text, "title": title, "author": author}
    mention = Mention.model_validate(given | {"published_at": at})
    config = HackerNewsConfig.model_validate(FEED)
    return FeedFilter(config, ("@gitlab",), NOW - timedelta(days=1)).why_left_out(mention, score, NOW)


@pytest.mark.parametrize(
    "text", ["I love GitLab!", "my git lab is slow", "GITLAB's runner", "(gitlab)", "see https://about.gitlab.com/x"]
)
def test_what_is_looked_for_is_taken(text: str) -> None:
    assert why(text) == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"text": "gitlabber is a tool"}, "names nothing that is looked for"),
        ({"text": "a digital lab"}, "names nothing that is looked for"),
        ({"text": "my code: gitlab.com/some-other/repo"}, "names what is left out"),
        ({"text": "gitlab", "handle": "GitLab"}, "by one of us"),
        ({"text": "gitlab", "handle": "news_bot"}, "by an author who is left out"),
        ({"text": "gitlab", "score": 1}, "too few points"),
        ({"text": "gitlab", "at": NOW - timedelta(days=2)}, "older than the first look"),
    ],
)
def test_the_rest_is_left_out_with_its_reason(given: dict[str, Any], reason: str) -> None:
    assert why(**given) == reason
