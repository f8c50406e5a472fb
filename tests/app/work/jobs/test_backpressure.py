"""Bulk work on tickets, handed on by the handful: also when nothing can be handed on for hours."""

from __future__ import annotations

from datetime import UTC, datetime

from app.work.engine.engine import Work
from app.work.jobs.attempt import run_of
from app.work.jobs.backpressure import MOST_IDLE_SECONDS, ROOM, WORKFLOW, Feeding, feed_works
from app.work.tickets.workflow import triage_work
from tests.app.work.stored import Stored

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS = 2000
"""More than a day of them."""


def fed_to(waiting: int, feed: Work) -> list[Work]:
    """What that piece of feeding queues, with so much in the tickets' queue."""
    stored = Stored()
    Feeding(stored.jobs(), lambda most: min(waiting, most)).feed(dict(feed.payload))
    return stored.works


def feed_of(number: int) -> Work:
    (feed,) = feed_works(
        "round", [triage_work(f"round:{one}", one, "ticket.created", NOW) for one in range(number)], NOW
    )
    return feed


def test_each_is_fed_once_and_in_order_around_a_queue_that_is_full_for_long() -> None:
    fed: list[str] = []
    feed, looks = feed_of(50), 0
    while feed:
        waiting = 5 if looks % 3 == 2 else ROOM * looks
        *tickets, last = fed_to(waiting, feed)
        assert len(tickets) + (last.workflow != WORKFLOW) <= max(0, ROOM - waiting)
        looks += 1
        if last.workflow != WORKFLOW:
            fed += [work.key for work in (*tickets, last)]
            break
        fed += [work.key for work in tickets]
        assert last.key != feed.key
        feed = last
    assert fed == [f"round:{one}" for one in range(50)]


def test_a_feed_that_looked_for_a_day_has_a_short_key_of_its_own() -> None:
    feed, keys = feed_of(3), set[str]()
    for _ in range(LOOKS):
        (feed,) = fed_to(500, feed)
        keys.add(feed.key)
    assert len(keys) == LOOKS, "each is other work"
    assert max(map(len, keys)) < 32
    assert run_of(feed.payload) == "round:feed:0", "what fails is kept under the first one's"
    assert [work.key for work in fed_to(0, feed)] == ["round:0", "round:1", "round:2"]


def waits(waiting: int) -> list[float]:
    """Seconds between looks."""
    feed, seconds = feed_of(3), list[float]()
    for _ in range(9):
        (feed,) = fed_to(waiting, feed)
        seconds.append(feed.delay)
    return seconds


def test_without_room_it_looks_less_and_less_often() -> None:
    assert waits(ROOM) == [2, 4, 8, 8, 8, 8, 8, 8, 8], "a short backlog is soon worked off"
    assert waits(20 * ROOM) == [2, 4, 8, 16, 20, 20, 20, 20, 20]
    assert waits(50_000) == [2, 4, 8, 16, 32, MOST_IDLE_SECONDS, 60, 60, 60]


def test_once_there_was_room_it_looks_often_again() -> None:
    feed = feed_of(50)
    for _ in range(5):
        (feed,) = fed_to(50_000, feed)
    *tickets, feed = fed_to(ROOM - 1, feed)
    assert (len(tickets), feed.delay) == (1, 1)
    (feed,) = fed_to(ROOM, feed)
    assert feed.delay == 2


def test_what_an_older_version_left_goes_on() -> None:
    """Its keys had grown with each look, and its step said nothing but the room."""
    key = "round:feed:0" + ">" * 400
    left = feed_of(20)
    stored = Stored({"room": {"room": 3}})
    Feeding(stored.jobs(), lambda _: 0).feed({**left.payload, "key": key})
    assert [work.key for work in stored.works] == ["round:0", "round:1", "round:2", f"{key}>1"]
