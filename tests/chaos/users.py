"""The users and their tickets; for each kind of ticket it is known how it has to end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

PROJECT = "gitlab-org/gitlab"
INFRASTRUCTURE = "gitlab-com/infrastructure"
KNOWN_TITLE = "Wiki sidebar vanishes in Safari when a heading is edited"
KNOWN = "Since 10.5 the wiki sidebar vanishes in Safari when a heading is edited."

Issue = Literal["opened", "linked", "shared", "none"]
"""shared: one is opened for all tickets of the kind."""


@dataclass(frozen=True)
class Kind:
    archetype: str | None
    text: str
    """`{word}` differs in every ticket, and resembles no other."""
    weight: int
    issue: Issue = "none"
    channel: str = "twitter"
    replies: int = 0
    """How many public comments it gets from us."""


KINDS = (
    Kind("bug_report", "since 11.4 the {word} fails with error {word}. With 11.3 it was fine", 6, "opened"),
    Kind("bug_report", "since 11.4 our {word} fails with error {word}. With 11.3 it was fine", 2, "opened", "email"),
    Kind("feature_request", "It would be nice if the {word} could be sorted by {word}.", 2, "opened"),
    Kind("bug_report", "@gitlab since 10.5 the wiki sidebar vanishes in Safari when a heading is edited", 2, "linked"),
    Kind("mention", "@gitlab kudos to the team for the great release, we love it! {word}", 5, replies=1),
    Kind("political", "@gitlab serious question: is your company politically neutral? {word}", 1),
    Kind("spam", "Deposit 10 at our casino, no verification! {word}.example.top", 1, channel="facebook"),
    Kind("two_factor_reset", "pls disable 2fa / user {word}", 1),
    Kind("stability_complaint", "@gitlab is gitlab.com down for anybody else? getting 502 since 10 min {word}", 3),
)

ALIKE = (
    Kind(
        "bug_report",
        "{word}: since 11.4 the wiki search drops every second heading, with 11.3 it was fine",
        3,
        "shared",
    ),
    Kind("feature_request", "{word}: it would be nice if todos could be sorted by milestone", 1, "shared"),
)


@dataclass(frozen=True)
class User:
    """One ticket that somebody is going to write."""

    number: int
    word: str
    kind: Kind

    def ticket(self) -> dict[str, Any]:
        return {
            "subject": "",
            "body": self.kind.text.format(word=self.word),
            "via_channel": self.kind.channel,
            "requester": {"name": f"User {self.number}", "email": f"p{self.number}@example.org"},
        }


def users(count: int, seed: int) -> Iterator[User]:
    chance = random.Random(f"tickets {seed}")
    for number in range(count):
        kind = chance.choices(KINDS, [one.weight for one in KINDS])[0]
        yield User(number, _word(chance, number), kind)


def users_alike(count: int, first_number: int) -> Iterator[User]:
    """They report the same bug, and some of them the same wish."""
    for number in range(first_number, first_number + count):
        kind = ALIKE[number % 4 == 0]
        yield User(number, f"same{kind.archetype}".replace("_", ""), kind)


def _word(chance: random.Random, number: int) -> str:
    syllables = "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4))
    return f"{syllables}{number}"
