"""Work on tickets that nobody waits for, handed to the queue of tickets by the handful: new tickets stand in no line.

It must go through that queue, because lanes, which keep two workers off one ticket, hold within a queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.work.attempts import payload_of
from app.work.engine import JSON, Work
from app.work.job import Jobs

WORKFLOW = "feed_tickets"
LANE = "feed"
# A new ticket waits behind so many at most: about a second's work.
ROOM = 16
MOST_IN_ONE = 100
LOOK_AGAIN_SECONDS = 1.0


def feed_works(key: str, works: Sequence[Work], now: datetime) -> Iterator[Work]:
    """`works`: of other workflows, on tickets."""
    for number, start in enumerate(range(0, len(works), MOST_IN_ONE)):
        part = [
            {"workflow": work.workflow, "key": work.key, "lane": work.lane, "payload": {**work.payload, "bulk": True}}
            for work in works[start : start + MOST_IN_ONE]
        ]
        yield _work(payload_of(WORKFLOW, f"{key}:feed:{number}", LANE, now, works=part))


def _work(payload: JSON) -> Work:
    return Work(WORKFLOW, payload["key"], payload["lane"], payload)


@dataclass(frozen=True)
class Feeding:
    jobs: Jobs
    waiting_tickets: Callable[[int], int]

    def feed(self, delivery: JSON) -> JSON:
        room = self.jobs.step("room", self._room)["room"]
        for one in delivery["works"][:room]:
            self.jobs.runner.later(Work(**one))
        rest = delivery["works"][room:]
        if rest:
            again = _work({**delivery, "key": f"{delivery['key']}>", "works": rest})
            self.jobs.runner.later(replace(again, delay=LOOK_AGAIN_SECONDS))
        return {"fed": len(delivery["works"]) - len(rest)}

    def _room(self) -> JSON:
        return {"room": ROOM - self.waiting_tickets(ROOM)}
