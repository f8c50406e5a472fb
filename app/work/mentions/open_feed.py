"""From a feed of routing.yaml to its adapter. A new kind of feed is one adapter, one config and one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from app.rules.schema.feeds import FeedConfig
from app.settings import FeedAccounts
from integrations.errors import Refused
from integrations.feeds.bluesky import Bluesky
from integrations.feeds.discourse import Discourse
from integrations.feeds.disqus import Disqus
from integrations.feeds.feed import Feed
from integrations.feeds.hackernews import HackerNews
from integrations.feeds.lobsters import Lobsters
from integrations.feeds.mastodon import Mastodon
from integrations.feeds.producthunt import ProductHunt
from integrations.feeds.reddit import Reddit
from integrations.feeds.reddit_api import RedditApi
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import StackExchange
from integrations.feeds.tumblr import Tumblr
from integrations.feeds.youtube import YouTube
from integrations.outbound import Outbound

_REDDIT_KEY: Final = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")


@dataclass(frozen=True)
class _Way:
    """How a feed is reached."""

    service: str
    """Of this feed alone, for limits and circuit."""
    outbound: Outbound
    accounts: FeedAccounts

    def optional(self, variable: str) -> str:
        given = getattr(self.accounts, variable.lower())
        return given.get_secret_value() if isinstance(given, SecretStr) else given or ""

    def needed(self, variable: str, or_else: str = "") -> str:
        """Raises Refused, naming the variable. `or_else`: what would do as well."""
        if value := self.optional(variable):
            return value
        others = f" ({or_else} would do as well)" if or_else else ""
        raise Refused(self.service, f"{variable} is not set, and this feed needs it{others}", "account_missing")


def _hackernews(feed: Any, way: _Way) -> Feed:
    return HackerNews.at(feed.look_for, feed.address, items=feed.items, service=way.service, outbound=way.outbound)


def _stackexchange(feed: Any, way: _Way) -> Feed:
    key = way.optional("STACKEXCHANGE_KEY")
    return StackExchange.at(
        feed.tags, feed.search, site=feed.site, key=key, url=feed.address, service=way.service, outbound=way.outbound
    )


def _discourse(feed: Any, way: _Way) -> Feed:
    return Discourse.at(feed.address, service=way.service, outbound=way.outbound)


def _rss(feed: Any, way: _Way) -> Feed:
    return Rss.at(feed.address, service=way.service, outbound=way.outbound)


def _lobsters(feed: Any, way: _Way) -> Feed:
    return Lobsters.at(feed.address, service=way.service, outbound=way.outbound)


def _reddit(feed: Any, way: _Way) -> Feed:
    reached: dict[str, Any] = {"url": feed.address, "service": way.service, "outbound": way.outbound}
    if any(map(way.optional, _REDDIT_KEY)):
        client_id, secret = map(way.needed, _REDDIT_KEY)
        return RedditApi.at(feed.subreddits, feed.search, client_id=client_id, secret=secret, api=feed.api, **reached)
    token, user = (way.needed(one, " and ".join(_REDDIT_KEY)) for one in ("REDDIT_FEED_TOKEN", "REDDIT_FEED_USER"))
    return Reddit.at(feed.subreddits, feed.search, token=token, user=user, **reached)


def _producthunt(feed: Any, way: _Way) -> Feed:
    token = way.needed("PRODUCTHUNT_TOKEN")
    return ProductHunt.at(feed.comments_of, token, url=feed.address, service=way.service, outbound=way.outbound)


def _disqus(feed: Any, way: _Way) -> Feed:
    return Disqus.at(feed.forum, way.needed("DISQUS_KEY"), url=feed.address, service=way.service, outbound=way.outbound)


def _youtube(feed: Any, way: _Way) -> Feed:
    key = way.needed("YOUTUBE_KEY")
    return YouTube.at(feed.channel_id, key, url=feed.address, service=way.service, outbound=way.outbound)


def _mastodon(feed: Any, way: _Way) -> Feed:
    token = way.optional("MASTODON_TOKEN")
    return Mastodon.at(feed.address, feed.hashtag, token, service=way.service, outbound=way.outbound)


def _tumblr(feed: Any, way: _Way) -> Feed:
    return Tumblr.at(feed.tag, way.needed("TUMBLR_KEY"), url=feed.address, service=way.service, outbound=way.outbound)


def _bluesky(feed: Any, way: _Way) -> Feed:
    handle, password = way.needed("BLUESKY_HANDLE"), way.needed("BLUESKY_APP_PASSWORD")
    return Bluesky.at(feed.look_for, handle, password, server=feed.address, service=way.service, outbound=way.outbound)


KINDS: Final[Mapping[str, Callable[[Any, _Way], Feed]]] = {
    "hackernews": _hackernews,
    "stackexchange": _stackexchange,
    "discourse": _discourse,
    "rss": _rss,
    "lobsters": _lobsters,
    "reddit": _reddit,
    "producthunt": _producthunt,
    "disqus": _disqus,
    "youtube": _youtube,
    "mastodon": _mastodon,
    "tumblr": _tumblr,
    "bluesky": _bluesky,
}
"""By the `type` that routing.yaml gives it."""


@dataclass
class OpenFeeds:
    """One connection for each feed, as long as routing.yaml says the same of it."""

    accounts: FeedAccounts
    outbound: Outbound
    _open: dict[str, tuple[FeedConfig, Feed]] = field(default_factory=dict)

    def open(self, name: str, feed: FeedConfig) -> Feed:
        """Raises Refused, naming the variable, where an account is missing."""
        known = self._open.get(name)
        if known is None or known[0] != feed:
            known = (feed, KINDS[feed.type](feed, _Way(f"feed_{name}", self.outbound, self.accounts)))
            self._open[name] = known
        return known[1]
