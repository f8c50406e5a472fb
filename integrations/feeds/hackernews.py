"""Hacker News by Algolia's search. No account.

https://hn.algolia.com/api. Its index stalls for hours and catches up with old dates, so two days are read again; it
matches typing errors and beginnings of words, so who reads it must look for the words themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field, RootModel

from integrations.feeds.feed import (
    Epoch,
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    OlderPosts,
    Told,
    feed_reader,
    from_epoch,
    next_part,
    part_of,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

ADDRESS = "https://hn.algolia.com/api/v1/search_by_date"
ITEMS = "https://hacker-news.firebaseio.com/v0/item"
"""https://github.com/HackerNews/API. Posts that are gone only fall out of the search, which stalls too."""
OVERLAP = timedelta(hours=48)
PER_PAGE = 100
MOST_PAGES = 10
"""The index never gives more than a thousand."""
_ITEM = "https://news.ycombinator.com/item?id="


class _Hit(Told):
    id: str = Field(alias="objectID", pattern=r"^[0-9]{1,15}$")
    created_at_i: Epoch
    author: str | None = None
    title: str | None = None
    url: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    story_id: int | None = None
    story_title: str | None = None
    parent_id: int | None = None
    points: int | None = None


class _Answer(Told):
    hits: GoodOnes[_Hit]


class _Item(Told):
    deleted: bool = False
    dead: bool = False


class _ItemIfAny(RootModel[_Item | None]):
    """null: it is not there yet."""


@dataclass(frozen=True)
class HackerNews:
    queries: Sequence[str]
    reader: Reader
    items: str

    @classmethod
    def at(
        cls,
        queries: Sequence[str],
        url: str = ADDRESS,
        *,
        items: str = ITEMS,
        service: str = "hackernews",
        outbound: Outbound = UNGUARDED,
    ) -> "HackerNews":
        return cls(queries, feed_reader(service, url, outbound), items.rstrip("/"))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = from_epoch(float(position.after)) if position.after else since
        start = max(since, reached - OVERLAP)
        posts = {post.id: post for query in self.queries for post in self._search(query, start)}
        newest = max([reached, *(post.published_at for post in posts.values() if post.published_at)])
        return FeedPage(tuple(posts.values()), FeedPosition(after=str(int(newest.timestamp()))))

    def gone(self, ids: Sequence[str]) -> set[str]:
        """One request each."""
        items = {one: read_json(self.reader.at(f"{self.items}/{one}.json"), _ItemIfAny).root for one in ids}
        return {one for one, item in items.items() if item and (item.deleted or item.dead)}

    def older(self, before: str, since: datetime) -> OlderPosts:
        number, place = part_of(before)
        hits, place = self._window(self.queries[number], since, place)
        return OlderPosts(tuple(map(_post, hits)), next_part(number, place, len(self.queries)))

    def _search(self, query: str, start: datetime) -> Iterator[FeedPost]:
        """Window by window, the newest first: pages end at a thousand hits."""
        place = ""
        for _ in range(MOST_PAGES):
            hits, place = self._window(query, start, place)
            yield from map(_post, hits)
            if not place:
                return

    def _window(self, query: str, start: datetime, before: str) -> tuple[list[_Hit], str]:
        """The newest hits up to that second, and where the next window ends; empty: there is none."""
        filters = [f"created_at_i>={int(start.timestamp())}", *([f"created_at_i<={before}"] if before else [])]
        hits = read_json(
            self.reader,
            _Answer,
            params={
                "query": f'"{query}"',
                "tags": "(story,comment)",
                "numericFilters": ",".join(filters),
                "hitsPerPage": str(PER_PAGE),
                "typoTolerance": "false",
            },
        ).hits
        oldest = str(min((hit.created_at_i for hit in hits), default=0))
        return hits, "" if len(hits) < PER_PAGE or oldest == before else oldest


def _post(hit: _Hit) -> FeedPost:
    story = hit.story_id if hit.comment_text is not None else None
    text = hit.comment_text or hit.story_text or ""
    return FeedPost(
        id=hit.id,
        url=f"{_ITEM}{hit.id}",
        published_at=from_epoch(hit.created_at_i),
        author_handle=hit.author or "",
        author_url=f"https://news.ycombinator.com/user?id={hit.author}" if hit.author else "",
        title=hit.title or "",
        html=text,
        text="" if text else (hit.url or ""),
        thread_id=str(story or ""),
        thread_url=f"{_ITEM}{story}" if story else "",
        thread_title=(hit.story_title or "") if story else "",
        in_reply_to=str(hit.parent_id or ""),
        score=hit.points,
    )
