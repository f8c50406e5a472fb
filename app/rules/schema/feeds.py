"""`feeds:` of routing.yaml: where the service looks by itself for what people write."""

from datetime import date
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.rules.schema.strict import Many, Name, OneOrMore, Strict, Text

Minutes = Annotated[int, Field(ge=1, le=1440, strict=True)]


def checked_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or parts.username:
        raise ValueError("must be an address like https://forum.example.com")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("must start with https:// (http is for 127.0.0.1 only)")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Address = Annotated[str, StringConstraints(max_length=2000), AfterValidator(checked_address)]


FeedName = Annotated[Name, StringConstraints(max_length=50)]
"""Short enough for the column of what a feed brought."""


class WantedConfig(Strict):
    """What of all that comes is to become a ticket."""

    look_for: Annotated[tuple[Text, ...], OneOrMore] = Field(
        default=(), description="One of these words or phrases stands in it; empty: everything counts."
    )
    leave_out: Many = Field(default=(), description="None of these words or phrases stands in it.")
    leave_out_authors: Many = Field(
        default=(), description="Handles or names whose posts are left out: our own, and bots. `*` at either end."
    )
    since: date | None = Field(
        default=None, description="Nothing older is taken; without it nothing older than the first look."
    )


class _FeedConfig(WantedConfig):
    channel: Name = Field(description="The channel of what is found.")
    minimum_score: int | None = Field(default=None, description="Posts with fewer points are left out.")
    every: Minutes = Field(default=5, description="Minutes between two looks.")
    most_at_once: Annotated[int, Field(ge=1, le=1000, strict=True)] = Field(
        default=50, description="More new posts than that in one look wait for a person: something is odd."
    )


class HackerNewsConfig(_FeedConfig):
    """Stories and comments of Hacker News, by Algolia's search. No account."""

    type: Literal["hackernews"]
    look_for: Annotated[tuple[Text, ...], OneOrMore] = Field(min_length=1, description="Searched for, each by itself.")
    address: Address = Field(default="https://hn.algolia.com/api/v1/search_by_date")
    items: Address = Field(
        default="https://hacker-news.firebaseio.com/v0/item", description="Asked whether a post is still there."
    )


class StackExchangeConfig(_FeedConfig):
    """Questions by tag and by search. No account; STACKEXCHANGE_KEY raises the quota."""

    type: Literal["stackexchange"]
    tags: Many = Field(default=(), description="Questions with one of these.")
    search: Many = Field(default=(), description="Questions that these words stand in, whatever their tags.")
    site: Text = "stackoverflow"
    every: Minutes = 15
    address: Address = Field(default="https://api.stackexchange.com/2.3/questions")

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.tags or self.search):
            raise ValueError("needs `tags` or `search`")
        return self


class DiscourseConfig(_FeedConfig):
    """All public posts of a forum. No account."""

    type: Literal["discourse"]
    address: Address = Field(description="The forum, https://forum.example.com.")


class RssConfig(_FeedConfig):
    """An RSS or Atom feed: Google Alerts, Lobsters, news, mailing lists. No account."""

    type: Literal["rss"]
    address: Address
    every: Minutes = 15


class LobstersConfig(_FeedConfig):
    """Stories and comments of Lobsters, by its feeds. No account."""

    type: Literal["lobsters"]
    look_for: Annotated[tuple[Text, ...], OneOrMore] = Field(min_length=1)
    address: Address = Field(default="https://lobste.rs")


class RedditConfig(_FeedConfig):
    """Posts and comments of subreddits, and posts by search.

    Needs REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET, or REDDIT_FEED_TOKEN and REDDIT_FEED_USER.
    """

    type: Literal["reddit"]
    subreddits: Many = Field(default=(), description="New posts and comments of these: `[gitlab, devops]`.")
    search: Many = Field(default=(), description="Posts of all subreddits that these words stand in.")
    every: Minutes = 10
    address: Address = Field(default="https://www.reddit.com")
    api: Address = Field(default="https://oauth.reddit.com", description="Asked with REDDIT_CLIENT_ID.")

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not (self.subreddits or self.search):
            raise ValueError("needs `subreddits` or `search`")
        return self


class ProductHuntConfig(_FeedConfig):
    """New posts, and comments on posts that are named. Needs PRODUCTHUNT_TOKEN."""

    type: Literal["producthunt"]
    comments_of: Many = Field(default=(), description="Slugs of posts, `gitlab-duo`, whose comments are read.")
    every: Minutes = 15
    address: Address = Field(default="https://api.producthunt.com/v2/api/graphql")


class DisqusConfig(_FeedConfig):
    """Comments of a Disqus forum. Needs DISQUS_KEY, the public key of an application there."""

    type: Literal["disqus"]
    forum: Text = Field(description="The forum's short name at Disqus.")
    every: Minutes = 10
    address: Address = Field(default="https://disqus.com/api/3.0/posts/list.json")


class YouTubeConfig(_FeedConfig):
    """Comments on all videos of one channel. Needs YOUTUBE_KEY."""

    type: Literal["youtube"]
    channel_id: Text = Field(description="The channel's id at YouTube: UC...")
    every: Minutes = 15
    address: Address = Field(default="https://www.googleapis.com/youtube/v3/commentThreads")


class MastodonConfig(_FeedConfig):
    """Public posts with a hashtag. MASTODON_TOKEN only where the server asks for an account."""

    type: Literal["mastodon"]
    address: Address = Field(description="The server, https://mastodon.social.")
    hashtag: Text


class TumblrConfig(_FeedConfig):
    """Posts with a tag. Needs TUMBLR_KEY."""

    type: Literal["tumblr"]
    tag: Text
    every: Minutes = 15
    address: Address = Field(default="https://api.tumblr.com/v2/tagged")


class BlueskyConfig(_FeedConfig):
    """Posts of Bluesky, by search. Needs BLUESKY_HANDLE and BLUESKY_APP_PASSWORD."""

    type: Literal["bluesky"]
    look_for: Annotated[tuple[Text, ...], OneOrMore] = Field(min_length=1, description="Searched for, each by itself.")
    address: Address = Field(default="https://bsky.social", description="The account's own server.")


FeedConfig = Annotated[
    HackerNewsConfig
    | StackExchangeConfig
    | DiscourseConfig
    | RssConfig
    | LobstersConfig
    | RedditConfig
    | ProductHuntConfig
    | DisqusConfig
    | YouTubeConfig
    | MastodonConfig
    | TumblrConfig
    | BlueskyConfig,
    Field(discriminator="type"),
]
