"""What people would find afterwards: tickets that nobody worked on, issues and notes that are there twice."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.processes import RunningSandbox

PROJECT = "gitlab-org/gitlab"
BOT_ID = 9001
_URL = re.compile(r"https?://\S+")

TEXTS = {
    "bug_report": "since 11.4 the {word} fails with error {word}. With 11.3 it was fine",
    "feature_request": "It would be nice if the {word} could be sorted by {word}.",
    "mention": "@gitlab thank you for the great release! {word}",
}
KINDS = ("bug_report", "bug_report", "feature_request", "mention")


@dataclass(frozen=True)
class Written:
    """One ticket, and how it has to end."""

    archetype: str
    word: str
    """Occurs in no other."""

    @property
    def wants_issue(self) -> bool:
        return self.archetype != "mention"


@dataclass(frozen=True)
class Effects:
    lost_tickets: frozenset[int]
    """Without our tags, or a report without an issue."""
    doubled_issues: int
    """Beyond the first, over all tickets."""
    doubled_notes: int
    wrong: int
    """Tickets with the tags of another archetype."""

    @property
    def lost(self) -> int:
        return len(self.lost_tickets)


def write_tickets(sandbox: RunningSandbox, count: int, seed: int) -> dict[int, Written]:
    chance = random.Random(f"tickets {seed}")
    kinds = [chance.choice(KINDS) for _ in range(count)]
    written = [Written(kind, _word(chance, number)) for number, kind in enumerate(kinds)]
    return {_write(sandbox, number, one): one for number, one in enumerate(written)}


def write_reports(sandbox: RunningSandbox, count: int) -> list[int]:
    """Only bug reports."""
    chance = random.Random("reports")
    return [_write(sandbox, number, Written("bug_report", _word(chance, number))) for number in range(count)]


def _word(chance: random.Random, number: int) -> str:
    syllables = (chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4))
    return f"{''.join(syllables)}{number}"


def _write(sandbox: RunningSandbox, number: int, written: Written) -> int:
    ticket_id: int = sandbox.zendesk(
        "create_ticket",
        body=TEXTS[written.archetype].format(word=written.word),
        via_channel="twitter",
        requester={"name": f"Person {number}", "email": f"p{number}@example.org"},
    )
    return ticket_id


def tagged(sandbox: RunningSandbox, waiting: list[int]) -> bool:
    """Whether all of them are; takes those that are off the front of the list, so that asking again is cheap."""
    while waiting:
        ticket = sandbox.zendesk("ticket", ticket_id=waiting[0])
        if not any(tag.startswith("archetype__") for tag in ticket["tags"]):
            return False
        del waiting[0]
    return True


def last_written(sandbox: RunningSandbox) -> float:
    """When the last change was done, as `time.time()`."""
    calls = [*sandbox.zendesk("calls"), *sandbox.gitlab("calls")]
    return max(float(call["ended"]) for call in calls if call["method"] != "GET")


def effects(sandbox: RunningSandbox, tickets: Mapping[int, Written]) -> Effects:
    issues = [issue["description"] for issue in sandbox.gitlab("issues", project=PROJECT)]
    lost: set[int] = set()
    doubled_issues = doubled_notes = wrong = 0
    for ticket_id, written in tickets.items():
        ticket = sandbox.zendesk("ticket", ticket_id=ticket_id)
        tagged = {tag for tag in ticket["tags"] if tag.startswith("archetype__")}
        about = sum(written.word in description for description in issues)
        if not tagged or (written.wants_issue and not about):
            lost.add(ticket_id)
        wrong += bool(tagged) and tagged != {f"archetype__{written.archetype}"}
        doubled_issues += max(0, about - 1)
        doubled_notes += sum(times - 1 for times in _notes(ticket).values())
    return Effects(frozenset(lost), doubled_issues, doubled_notes, wrong)


def _notes(ticket: Mapping[str, Any]) -> Counter[str]:
    """Our comments; two with the same words are one too many, whatever they link to."""
    own = (comment["plain_body"] for comment in ticket["comments"] if comment["author_id"] == BOT_ID)
    return Counter(" ".join(_URL.sub("", text).split()) for text in own)
