"""Work on tickets that nobody waits for, handed to the queue of tickets by the handful: new tickets stand in no line.

It must go through that queue, because lanes, which keep two workers off one ticket, hold within a queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import payload_of
from app.work.jobs.job import Jobs

WORKFLOW = "feed_tickets"
LANE = "feed"
# A new ticket waits behind so many at most: about a second's work.
ROOM = 16
MOST_IN_ONE = 100
LOOK_AGAIN_SECONDS = 1.0
# Each look stores anew what is left. So without room it waits longer from look to look, doubling: up to so long, or in
# a longer backlog up to the time that this takes, and no more than a minute.
IDLE_SECONDS = 8.0
MOST_IDLE_SECONDS = 60
MOST_DOUBLINGS = 6


def feed_works(key: str, works: Sequence[Work], now: datetime) -> Iterator[Work]:
    """`works`: of other workflows, on tickets."""
    for number, start in enumerate(range(0, len(works), MOST_IN_ONE)):
        part = [
            {"workflow": work.workflow, "key": work.key, "lane": work.lane, "payload": {**work.payload, "bulk": True}}
            for work in works[start : start + MOST_IN_ONE]
        ]
        feed_key = f"{key}:feed:{number}"
        yield Work(WORKFLOW, feed_key, LANE, payload_of(WORKFLOW, feed_key, LANE, now, works=part))


@dataclass(frozen=True)
class Feeding:
    jobs: Jobs
    waiting_tickets: Callable[[int], int]

    def feed(self, delivery: JSON) -> JSON:
        looked = self.jobs.step("room", self._room)
        works, room = delivery["works"], looked["room"]
        for one in works[:room]:
            self.jobs.runner.later(Work(**one))
        if rest := works[room:]:
            idle = 0 if room else delivery.get("idle", 0) + 1
            wait = min(LOOK_AGAIN_SECONDS * 2 ** min(idle, MOST_DOUBLINGS), looked.get("longest", IDLE_SECONDS))
            self.jobs.runner.later(_again({**delivery, "works": rest, "idle": idle}, wait))
        return {"fed": len(works) - len(rest)}

    def _room(self) -> JSON:
        """`{"room", "longest"}`: how many may go now, and after how many seconds at the latest to look again."""
        waiting = self.waiting_tickets(ROOM * MOST_IDLE_SECONDS)
        return {"room": max(0, ROOM - waiting), "longest": max(IDLE_SECONDS, waiting / ROOM)}


def _again(delivery: JSON, wait: float) -> Work:
    """The payload keeps the key of the first look: one that grew with each would become too long for our tables."""
    looks = delivery.get("looks", 0) + 1
    return Work(WORKFLOW, f"{delivery['key']}>{looks}", delivery["lane"], {**delivery, "looks": looks}, delay=wait)
