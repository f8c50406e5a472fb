"""Work on tickets that nobody waits for, handed to the tickets' queue as it has room: new tickets do not wait for it.

It must go through that queue, because partitions, which keep two workers off one ticket, hold within a queue.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.messages import EnqueueTickets, Stored, TriageTicket, Work

# A new ticket waits behind so many at most: about a second's work.
ROOM = 16
MOST_IN_ONE = 100
LOOK_AGAIN_SECONDS = 1.0
# Each look stores what is left once more. So without room it waits longer from look to look, doubling: up to so long,
# or in a longer backlog up to the time that this takes, and no more than a minute.
IDLE_SECONDS = 8.0
MOST_IDLE_SECONDS = 60
MOST_DOUBLINGS = 6


class Room(Stored):
    tickets: int
    """How many may go now."""
    look_again: float
    """After how many seconds at the latest to look again."""


def register(deps: Dependencies) -> None:
    deps.engine.register(EnqueueTickets, partial(enqueue, deps), partial(crashed, deps))


def throttled(key: str, tickets: Sequence[TriageTicket], now: datetime) -> Iterator[Work]:
    """The work that hands them on."""
    for number, start in enumerate(range(0, len(tickets), MOST_IN_ONE)):
        part = tuple(one.model_copy(update={"bulk": True}) for one in tickets[start : start + MOST_IN_ONE])
        yield Work(EnqueueTickets(key=f"{key}:enqueue:{number}", accepted_at=now, tickets=part))


def enqueue(deps: Dependencies, message: EnqueueTickets) -> None:
    room = deps.engine.step("room", _room, deps)
    for ticket in message.tickets[: room.tickets]:
        deps.engine.later(Work(ticket))
    if rest := message.tickets[room.tickets :]:
        idle = 0 if room.tickets else message.idle + 1
        wait = min(LOOK_AGAIN_SECONDS * 2 ** min(idle, MOST_DOUBLINGS), room.look_again)
        left = message.model_copy(update={"tickets": rest, "idle": idle, "looks": message.looks + 1})
        deps.engine.later(Work(left, delay=wait))


def _room(deps: Dependencies) -> Room:
    waiting = deps.engine.backlog.waiting_tickets(ROOM * MOST_IDLE_SECONDS)
    return Room(tickets=max(0, ROOM - waiting), look_again=max(IDLE_SECONDS, waiting / ROOM))
