"""How long people waited for a first answer: of some tickets, what the median is, and how many were in time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from app.records.first_answers import AnsweredTickets, FirstAnswer

GOAL_SECONDS = 3600
AGES = (("less than 1 h", 3600), ("1 to 4 h", 4 * 3600), ("4 h to 1 day", 86400), ("older", 0))
"""Of tickets that wait, by their age in seconds; the last has no end."""


@dataclass(frozen=True)
class Waited:
    """So long, in seconds; or at least so long, because the ticket still waits."""

    seconds: int
    at_least: bool


@dataclass(frozen=True)
class Waits:
    """Of some tickets. None: there was none to say it of."""

    tickets: int
    by_person: int
    by_us: int
    waiting: int
    without_answer: int
    """Solved, and needed none: thanks, or spam."""
    median: Waited | None
    p90: Waited | None
    in_time: int
    late: int
    """Answered late, or still waiting for longer than the goal."""

    @property
    def share(self) -> float | None:
        """In time; what waits and may still be is left out."""
        judged = self.in_time + self.late
        return self.in_time / judged if judged else None


@dataclass
class _Gathered:
    """Counts as groups come."""

    counts: Counter[str] = field(default_factory=Counter)
    """By who answered; `without`: nobody had to."""
    answered: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def add(self, other: _Gathered) -> None:
        self.counts.update(other.counts)
        self.answered += other.answered
        self.waiting += other.waiting

    def result(self) -> Waits:
        answered, waiting = sorted(self.answered), sorted(self.waiting)
        times, counts = sorted(answered + waiting), self.counts
        in_time = bisect_right(answered, GOAL_SECONDS)
        return Waits(
            tickets=counts.total() + len(waiting),
            by_person=counts["person"],
            by_us=counts["us"],
            waiting=len(waiting),
            without_answer=counts["without"],
            median=_at_share(times, answered, 0.5),
            p90=_at_share(times, answered, 0.9),
            in_time=in_time,
            late=len(times) - in_time - bisect_right(waiting, GOAL_SECONDS),
        )


@dataclass(frozen=True)
class WaitsBy:
    """Of all tickets, and by what each has."""

    whole: Waits
    days: Mapping[str, Waits]
    """By the day they were created."""
    channels: Mapping[str, Waits]


def waits_by(groups: Iterable[AnsweredTickets], now: datetime) -> WaitsBy:
    whole = _Gathered()
    days, channels = defaultdict[str, _Gathered](_Gathered), defaultdict[str, _Gathered](_Gathered)
    for group in groups:
        gathered = _gathered(group, now)
        for sum_ in (whole, days[group.day], channels[group.channel]):
            sum_.add(gathered)
    return WaitsBy(
        whole.result(), *({name: one.result() for name, one in sorted(of.items())} for of in (days, channels))
    )


def _gathered(group: AnsweredTickets, now: datetime) -> _Gathered:
    waiting = [max(0, int((now - datetime.fromisoformat(created)).total_seconds())) for created in group.open_since]
    answered = len(group.waited)
    by = "us" if group.answered_by == "us" else "person"
    without = group.tickets - answered - len(waiting)
    return _Gathered(Counter({by: answered, "without": without}), list(group.waited), waiting)


def _at_share(times: Sequence[int], answered: Sequence[int], share: float) -> Waited | None:
    if not times:
        return None
    at = max(0, ceil(share * len(times)) - 1)
    seconds = times[at]
    # What waits waits longer than who was answered after the same time.
    answered_so_far = bisect_right(answered, seconds) - bisect_left(answered, seconds)
    return Waited(seconds, at_least=at - bisect_left(times, seconds) >= answered_so_far)


def waiting_by_age(rows: Iterable[FirstAnswer], now: datetime) -> dict[str, list[int]]:
    """By channel: how many wait of each of the AGES."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGES))
    for row in rows:
        age = (now - datetime.fromisoformat(row.created_at)).total_seconds()
        place = next((n for n, (_, end) in enumerate(AGES) if age < end), len(AGES) - 1)
        found[row.channel][place] += 1
    return dict(sorted(found.items()))
