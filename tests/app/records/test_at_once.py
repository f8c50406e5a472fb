"""Several threads, or processes, that write the first row of something at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.records.failures import Failure
from app.records.issue_notes import OurNote
from app.records.links import Link
from app.records.mentions import NewMention
from app.records.records import Records

NOW = "2026-01-01T00:00:00+00:00"
WRITERS = 8
ROUNDS = 10

FIRSTS: dict[str, Callable[[Records, int], object]] = {
    "project": lambda records, number: records.projects.keep(f"a/{number}", number),
    "progress": lambda records, number: records.progress.reached(f"last_delivery:{number}", "now", now=NOW),
    "note": lambda records, number: records.issue_notes.save(1, number, OurNote(None, "2 people")),
    "link": lambda records, number: records.links.save(
        Link(number, "bug", 1, "a/b", 1, "", "opened", "linked"), now=NOW
    ),
    "mention": lambda records, number: records.mentions.take(
        NewMention(
            source="reddit", native_id=f"{number}", url="u", address=f"a{number}", thread="", mention={"id": "7"}
        ),
        lambda _known, _given: {},
        now=NOW,
        day_before=NOW,
    ),
    "failure": lambda records, number: records.failures.add(
        Failure(f"k:{number}", "zendesk", number, "decide", "bug", "A bug.", 1, None, NOW)
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("first", FIRSTS.values(), ids=FIRSTS)
def test_none_of_them_fails(records: Records, first: Callable[[Records, int], object]) -> None:
    together = Barrier(WRITERS)

    def write(number: int) -> None:
        together.wait(10)
        first(records, number)

    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(ROUNDS):
            list(pool.map(write, [number] * WRITERS))
