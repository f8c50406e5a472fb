"""From a feed of routing.yaml to its adapter. A new kind of feed is one adapter, one config and one line here."""

from dataclasses import dataclass, field

from app.rules.schema.feeds import DiscourseConfig, FeedConfig, HackerNewsConfig, RssConfig, StackExchangeConfig
from integrations.feeds.discourse import Discourse
from integrations.feeds.feed import Feed
from integrations.feeds.hackernews import HackerNews
from integrations.feeds.rss import Rss
from integrations.feeds.stackexchange import StackExchange
from integrations.outbound import Outbound


@dataclass
class OpenFeeds:
    """One connection for each feed, as long as routing.yaml says the same of it."""

    outbound: Outbound
    _open: dict[str, tuple[FeedConfig, Feed]] = field(default_factory=dict)

    def open(self, name: str, config: FeedConfig) -> Feed:
        known = self._open.get(name)
        if known is None or known[0] != config:
            known = (config, _adapter(name, config, self.outbound))
            self._open[name] = known
        return known[1]


def _adapter(name: str, config: FeedConfig, outbound: Outbound) -> Feed:
    """Limits and circuit are the feed's own."""
    service = f"feed_{name}"
    match config:
        case HackerNewsConfig():
            return HackerNews.at(config.look_for, config.address, service=service, outbound=outbound)
        case StackExchangeConfig():
            return StackExchange.at(
                config.tags, site=config.site, url=config.address, service=service, outbound=outbound
            )
        case DiscourseConfig():
            return Discourse.at(config.address, service=service, outbound=outbound)
        case RssConfig():
            return Rss.at(config.address, service=service, outbound=outbound)
