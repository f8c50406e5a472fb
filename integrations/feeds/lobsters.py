"""Stories and comments of Lobsters, by the feeds that its operators invite readers to. No account.

https://github.com/lobsters/lobsters, `robots.txt` and `rack_attack.rb`: no search, no crawling and no older pages, so
nothing else is asked. Twenty comments are a window of an hour or two. A comment's date is that of its last edit.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from integrations.feeds.feed import FeedPage, FeedPosition, FeedPost
from integrations.feeds.rss import Rss
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://lobste.rs"


@dataclass(frozen=True)
class Lobsters:
    feeds: tuple[Rss, ...]

    @classmethod
    def at(cls, url: str = ADDRESS, *, service: str = "lobsters", outbound: Outbound = UNGUARDED) -> "Lobsters":
        addresses = (f"{url.rstrip('/')}/{name}" for name in ("newest.rss", "comments.rss"))
        return cls(tuple(Rss.at(one, service=service, outbound=outbound) for one in addresses))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        posts = [_post(one) for feed in self.feeds for one in feed.read(FeedPosition(), since).posts]
        return FeedPage(tuple(posts), position)


def _post(entry: FeedPost) -> FeedPost:
    """Known by its short id, `c/abc123` or `s/abc123`; a story's own feed entry links to what it is about."""
    short = "/".join(urlsplit(entry.id).path.strip("/").split("/")[:2])
    if not short.startswith("c/"):
        return replace(entry, id=short, url=entry.id, text="" if entry.html else entry.url, thread_url="")
    story = entry.title.removeprefix("on ")
    return replace(entry, id=short, title="", thread_title=story)
