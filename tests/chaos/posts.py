"""What people write elsewhere while the service is killed: each comes by one carrier or several, and repeatedly."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal
from urllib.parse import quote

from tests.chaos.sender import Delivery, Sender, repeats
from tests.chaos.users import Kind, User
from tests.support.processes import RunningSandbox

Carrier = Literal["feed", "service", "alert"]
CARRIERS: tuple[Carrier, ...] = ("feed", "service", "alert")
WAYS = tuple(way for count in (1, 2, 3) for way in combinations(CARRIERS, count))
PRAISE = Kind("mention", "gitlab: kudos to the team for the great release, we love it! {word}", 1, channel="hackernews")
CHANNEL = "hackernews"
ADDRESS = "https://news.ycombinator.com/item?id="
FIRST_ELSEWHERE = 70_000
"""Ids of posts that the feed does not have."""
SECRET = "secret-of-the-kill-test"
RULES = """
feeds:
  hackernews:
    {{type: hackernews, channel: hackernews, look_for: gitlab, since: 2020-01-01, every: 1, most_at_once: 1000,
      address: '{url}/hackernews', items: '{url}/hackernews/item'}}
mentions:
  alerts: {{channel: hackernews, url: $.link, html: $.content}}
"""


@dataclass(frozen=True)
class Post:
    user: User
    way: tuple[Carrier, ...]

    @property
    def name(self) -> str:
        return f"post {self.user.number}"

    @property
    def text(self) -> str:
        return self.user.kind.text.format(word=self.user.word)


@dataclass
class Posters:
    """They write, and hand over what was written."""

    sandbox: RunningSandbox
    sender: Sender
    chance: random.Random
    written: dict[str, int] = field(default_factory=dict)
    """The post's number at its site, by its name."""

    def write(self, post: Post) -> None:
        number = FIRST_ELSEWHERE + post.user.number
        if "feed" in post.way:
            number = self.sandbox.feeds("write", site=CHANNEL, html=post.text, author=post.user.word, thread="Git")
        self.written[post.name] = number

    def hand_over(self, post: Post) -> None:
        if post.name not in self.written:
            self.write(post)
        number = self.written[post.name]
        for carrier in post.way:
            if carrier == "service":
                self._send(post, "/webhooks/mentions", self._by_service(post, number))
            elif carrier == "alert":
                self._send(post, "/webhooks/mentions/alerts", _by_alert(post, number))

    def _send(self, post: Post, path: str, body: object) -> None:
        self.sender.send(Delivery(post.name, path, json.dumps(body).encode()), repeats(self.chance))

    def _by_service(self, post: Post, number: int) -> object:
        """Under the post's own id or one of the service's, alone or in a list."""
        mention = {
            "source": CHANNEL,
            "id": self.chance.choice([str(number), f"zap-{number}"]),
            "url": f"{ADDRESS}{number}&utm_source=zap",
            "author": {"handle": post.user.word},
            "text": post.text,
            "published_at": datetime.now(UTC).isoformat(),
        }
        return self.chance.choice([mention, [mention], [mention, mention]])


def _by_alert(post: Post, number: int) -> Mapping[str, str]:
    return {"link": f"https://www.google.com/url?url={quote(ADDRESS + str(number), safe='')}", "content": post.text}


def posts(count: int, seed: int) -> Iterator[Post]:
    chance = random.Random(f"posts {seed}")
    for number in range(count):
        syllables = "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4))
        yield Post(User(number, f"{syllables}{number}", PRAISE), WAYS[number % len(WAYS)])


def tickets_of(written: Sequence[Post], sandbox: RunningSandbox, known: Mapping[int, object]) -> dict[str, list[int]]:
    """The tickets that each post became, by its name. `known`: what came from Zendesk itself."""
    found: dict[str, list[int]] = {post.name: [] for post in written}
    for ticket_id in sandbox.zendesk("ticket_ids"):
        if ticket_id not in known:
            body = sandbox.zendesk("ticket", ticket_id=ticket_id)["comments"][0]["plain_body"]
            names = [post.name for post in written if post.user.word in body.split()]
            for name in names or [f"ticket {ticket_id}, which nobody wrote"]:
                found.setdefault(name, []).append(ticket_id)
    return found


def post_problems(
    written: Sequence[Post], found: Mapping[str, list[int]], accepted: Mapping[str, int]
) -> Iterator[str]:
    ways = {post.name: post.way for post in written}
    for name, tickets in found.items():
        if len(tickets) != 1:
            yield f"{name} ({', '.join(ways.get(name, ()))}): tickets {tickets}"
    for post in written:
        if post.way != ("feed",) and not accepted.get(post.name):
            yield f"{post.name}: no delivery was ever accepted"


def users_of(written: Sequence[Post], found: Mapping[str, list[int]]) -> dict[int, User]:
    """By ticket."""
    return {ticket_id: post.user for post in written for ticket_id in found[post.name]}
