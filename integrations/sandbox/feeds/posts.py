"""What people wrote on the sandbox's sites."""

from dataclasses import dataclass, replace
from datetime import datetime
from zlib import crc32

from integrations.sandbox.clock import Clock
from integrations.sandbox.html_reading import HtmlText

FIRST_ID = 9000


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    site: str
    author: str
    title: str
    html: str
    thread: str
    """The title of what it comments; empty: it is no comment."""
    at: datetime
    answers: int
    """The post that it answers; 0: none."""
    edited_at: datetime | None = None
    deleted: bool = False

    @property
    def slug(self) -> str:
        words = (self.thread or self.title).lower().split()
        return "-".join("".join(filter(str.isalnum, word)) for word in words)

    @property
    def page(self) -> str:
        """Of the article that a blog comment stands under."""
        return f"https://{self.site}.example.com/{self.slug}"

    @property
    def thread_number(self) -> int:
        """The same for all that stands under one title."""
        return crc32(self.thread.encode())

    @property
    def text(self) -> str:
        """For sites that know no HTML."""
        return HtmlText(self.html, frozenset()).text

    def says(self, words: str) -> bool:
        return words.strip('"').lower() in f"{self.title} {self.html}".lower()


class Posts:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[int, Post] = {}

    def write(self, site: str, html: str, *, author: str, title: str, thread: str, answers: int) -> int:
        post = Post(FIRST_ID + len(self._by_id), site, author, title, html, thread, self._clock.now(), answers)
        self._by_id[post.id] = post
        return post.id

    def edit(self, post_id: int, html: str) -> None:
        self._by_id[post_id] = replace(self._by_id[post_id], html=html, edited_at=self._clock.now())

    def delete(self, post_id: int) -> None:
        self._by_id[post_id] = replace(self._by_id[post_id], deleted=True)

    def all(self) -> list[Post]:
        """The oldest first, with those that are deleted."""
        return list(self._by_id.values())

    def of(self, site: str) -> list[Post]:
        """The newest first, without those that are deleted."""
        return [one for one in self.all()[::-1] if one.site == site and not one.deleted]

    def known(self, site: str, post_id: str) -> Post | None:
        return next((one for one in self.of(site) if str(one.id) == post_id), None)

    def answered(self, post: Post) -> Post:
        """The post itself: it answers none."""
        return self._by_id.get(post.answers, post)

    def first(self, post: Post) -> Post:
        """Of the answers that it stands in."""
        return post if self.answered(post) is post else self.first(self.answered(post))
