"""Questions of a Stack Exchange site, by tag and by search. No account; a key raises the quota.

https://api.stackexchange.com/docs/questions, /docs/advanced-search and /docs/throttle. How the search matches is not
told, so who reads it must look for the words themselves.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.errors import RateLimited
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

ADDRESS = "https://api.stackexchange.com/2.3/questions"
OVERLAP = timedelta(hours=24)
PER_PAGE = 100
MOST_PAGES = 5
FEWEST_LEFT = 5
"""Requests of the day's quota that are left alone: it is counted for the whole address."""
DAY = 86_400.0


class _Owner(Told):
    display_name: str = ""
    link: str = ""
    user_id: int | None = None


class _Question(Told):
    question_id: int
    link: str
    title: str
    creation_date: Epoch
    body: str = ""
    score: int | None = None
    owner: _Owner = _Owner()


class _Known(Told):
    question_id: int


class _KnownOnes(Told):
    items: list[_Known]


class _Answer(Told):
    items: GoodOnes[_Question]
    has_more: bool = False
    backoff: float = 0.0
    quota_remaining: int | None = None


@dataclass(frozen=True)
class StackExchange:
    asked: Sequence[tuple[str, str]]
    """What is asked for, each by itself: `tagged` a tag, or `q` for words."""
    site: str
    key: str
    service: str
    address: str
    reader: Reader

    @classmethod
    def at(
        cls,
        tags: Sequence[str],
        searches: Sequence[str] = (),
        *,
        site: str = "stackoverflow",
        key: str = "",
        url: str = ADDRESS,
        service: str = "stackexchange",
        outbound: Outbound = UNGUARDED,
    ) -> "StackExchange":
        asked = [*(("tagged", one) for one in tags), *(("q", f'"{one}"') for one in searches)]
        return cls(asked, site, key, service, url, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        after, _, first = position.after.partition(":")
        reached = from_epoch(float(after)) if after else since
        start = max(since, reached - OVERLAP)
        posts: dict[str, FeedPost] = {}
        wait, next_first = 0.0, int(first or 0) % len(self.asked)
        for number, answer in self._answers(start, next_first):
            posts.update({str(one.question_id): _post(one) for one in answer.items})
            wait = max(wait, answer.backoff)
            self._check_quota(answer)
            next_first = (number + 1) % len(self.asked)
        newest = max([reached, *(post.published_at for post in posts.values() if post.published_at)])
        return FeedPage(tuple(posts.values()), FeedPosition(after=f"{int(newest.timestamp())}:{next_first}"), wait)

    def older(self, before: str, since: datetime) -> OlderPosts:
        """The oldest first: a page stays the same while new questions come."""
        number, place = part_of(before)
        page = int(place or 1)
        answer = self._page(self.asked[number], since, page)
        self._check_quota(answer)
        following = next_part(number, str(page + 1) if answer.has_more else "", len(self.asked))
        return OlderPosts(tuple(map(_post, answer.items)), following, answer.backoff)

    def gone(self, ids: Sequence[str]) -> set[str]:
        """The source leaves out what was deleted. One request for a hundred."""
        asked = {"site": self.site, "pagesize": str(PER_PAGE), **({"key": self.key} if self.key else {})}
        address = f"{self.address.rstrip('/')}/{';'.join(ids)}"
        there = read_json(self.reader.at(address), _KnownOnes, params=asked).items
        return {*ids} - {str(one.question_id) for one in there}

    def _answers(self, start: datetime, first: int) -> Iterator[tuple[int, _Answer]]:
        """Each with the number of what was asked for; one request for each, and one for each further page.

        Several tags in one would have to be there at once. A source that asks for patience gets no further request in
        this round, so the next one begins with what was not asked for in this.
        """
        for number in (*range(first, len(self.asked)), *range(first)):
            for page in range(1, MOST_PAGES + 1):
                answer = self._page(self.asked[number], start, page)
                yield number, answer
                if answer.backoff:
                    return
                if not answer.has_more:
                    break

    def _page(self, wanted: tuple[str, str], start: datetime, page: int) -> _Answer:
        name, value = wanted
        search = f"{self.address.rstrip('/').rpartition('/')[0]}/search/advanced"
        return read_json(
            self.reader.at(search) if name == "q" else self.reader,
            _Answer,
            params={
                "site": self.site,
                name: value,
                "fromdate": str(int(start.timestamp())),
                "sort": "creation",
                "order": "asc",
                "pagesize": str(PER_PAGE),
                "page": str(page),
                "filter": "withbody",
                **({"key": self.key} if self.key else {}),
            },
        )

    def _check_quota(self, answer: _Answer) -> None:
        if answer.quota_remaining is not None and answer.quota_remaining < FEWEST_LEFT:
            raise RateLimited(self.service, "the day's quota is used up", retry_after=DAY / 24)


def _post(question: _Question) -> FeedPost:
    return FeedPost(
        id=str(question.question_id),
        url=question.link,
        published_at=from_epoch(question.creation_date),
        # Its filters encode texts for HTML, titles too.
        author_name=html.unescape(question.owner.display_name),
        author_handle=str(question.owner.user_id or ""),
        author_url=question.owner.link,
        title=html.unescape(question.title),
        html=question.body,
        score=question.score,
    )
