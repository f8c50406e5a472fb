"""Public posts with a hashtag, on one server of Mastodon. No account, unless the server asks for one.

https://docs.joinmastodon.org/methods/timelines/#tag. `min_id` goes forward without a gap. A post is known by its `uri`,
which is the same on every server. What it answers is named by an id of the server that was asked, so that is asked for
the post's `uri` too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import RootModel

from integrations.errors import IntegrationError, NotFound
from integrations.feeds.feed import (
    FeedPage,
    FeedPosition,
    FeedPost,
    GoodOnes,
    Moment,
    OlderPosts,
    Told,
    feed_reader,
    is_gone,
    read_json,
)
from integrations.http import Reader
from integrations.outbound import UNGUARDED, Outbound

PER_PAGE = 40
MOST_PAGES = 10
MOST_PARENTS = 20
"""Posts that are asked for in one look, because others answer them."""


class _Account(Told):
    acct: str = ""
    display_name: str = ""
    url: str = ""


class _Status(Told):
    id: str
    uri: str
    url: str | None = None
    created_at: Moment
    content: str = ""
    account: _Account = _Account()
    in_reply_to_id: str | None = None
    reblog: object | None = None


class _Statuses(RootModel[GoodOnes[_Status]]):
    pass


@dataclass(frozen=True)
class Mastodon:
    server: str
    """Without a slash at its end."""
    token: str
    reader: Reader

    @classmethod
    def at(
        cls, server: str, hashtag: str, token: str = "", *, service: str = "mastodon", outbound: Outbound = UNGUARDED
    ) -> "Mastodon":
        server = server.rstrip("/")
        url = f"{server}/api/v1/timelines/tag/{hashtag.removeprefix('#')}"
        return cls(server, token, feed_reader(service, url, outbound))

    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        reached = position.after
        found: dict[str, _Status] = {}
        for _ in range(MOST_PAGES):
            page = self._page(reached)
            found.update({one.id: one for one in page})
            reached = max([reached, *(one.id for one in page)], key=_number)
            if len(page) < PER_PAGE or not position.after:
                break
        posts = [one for one in found.values() if one.reblog is None and one.created_at >= since]
        return FeedPage(self._posts(posts), FeedPosition(after=reached))

    def older(self, before: str, since: datetime) -> OlderPosts:
        asked = {"limit": str(PER_PAGE), **({"max_id": before} if before else {})}
        page = read_json(self.reader, _Statuses, params=asked, headers=self._headers()).root
        more = bool(page) and page[-1].created_at >= since and page[-1].id != before
        posts = self._posts([one for one in page if one.reblog is None])
        return OlderPosts(posts, page[-1].id if more else "")

    def gone(self, ids: Sequence[str]) -> set[str]:
        """Of posts of this server, which alone it knows by their address. One request each."""
        own = {uri: uri.rpartition("/")[2] for uri in ids if uri.startswith(f"{self.server}/")}
        address = f"{self.server}/api/v1/statuses"
        return {
            uri
            for uri, status_id in own.items()
            if status_id.isdecimal() and is_gone(self.reader.at(f"{address}/{status_id}"), headers=self._headers())
        }

    def _posts(self, statuses: Sequence[_Status]) -> tuple[FeedPost, ...]:
        known = {one.id: one for one in statuses}
        wanted = dict.fromkeys(one.in_reply_to_id for one in statuses if one.in_reply_to_id)
        for status_id in [one for one in wanted if one.isalnum() and one not in known][:MOST_PARENTS]:
            try:
                known[status_id] = self._status(status_id)
            except NotFound:
                continue
            except IntegrationError:  # who is answered helps, but holds up no post
                break
        return tuple(_post(one, known.get(one.in_reply_to_id or "")) for one in statuses)

    def _status(self, status_id: str) -> _Status:
        address = f"{self.server}/api/v1/statuses/{status_id}"
        return read_json(self.reader.at(address), _Status, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _page(self, after: str) -> list[_Status]:
        asked = {"limit": str(PER_PAGE), **({"min_id": after} if after else {})}
        return read_json(self.reader, _Statuses, params=asked, headers=self._headers()).root


def _number(status_id: str) -> int:
    """Ids are numbers on Mastodon itself; other servers of its kind count otherwise, and are not ordered by them."""
    return int(status_id) if status_id.isdecimal() else 0


def _post(status: _Status, answered: _Status | None) -> FeedPost:
    return FeedPost(
        id=status.uri,
        url=status.url or status.uri,
        published_at=status.created_at,
        author_name=status.account.display_name,
        author_handle=status.account.acct,
        author_url=status.account.url,
        html=status.content,
        thread_url=(answered.url or answered.uri) if answered else "",
        in_reply_to=answered.uri if answered else "",
    )
