"""How long people waited for a first answer: of some tickets, what the median is, and how many were in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from app.records.first_answers import FirstAnswer

GOAL_SECONDS = 3600
AGES = (("less than 1 h", 3600), ("1 to 4 h", 4 * 3600), ("4 h to 1 day", 86400), ("older", 0))
"""Of tickets that wait, by their age in seconds; the last has no end."""


@dataclass(frozen=True)
class Waited:
    """So long, in seconds; or at least so long, because the ticket still waits."""

    seconds: float
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
    """Counts as rows come: there are many."""

    by_person: int = 0
    by_us: int = 0
    waiting: int = 0
    without_answer: int = 0
    times: list[tuple[float, bool]] = field(default_factory=list)

    def result(self) -> Waits:
        # What waits waits longer than who was answered after the same time.
        self.times.sort()
        late_ones = sum(seconds > GOAL_SECONDS for seconds, _ in self.times)
        in_time = sum(seconds <= GOAL_SECONDS and not waits for seconds, waits in self.times)
        return Waits(
            tickets=self.by_person + self.by_us + self.waiting + self.without_answer,
            by_person=self.by_person,
            by_us=self.by_us,
            waiting=self.waiting,
            without_answer=self.without_answer,
            median=_at_share(self.times, 0.5),
            p90=_at_share(self.times, 0.9),
            in_time=in_time,
            late=late_ones,
        )


def waits_by(rows: Iterable[FirstAnswer], now: datetime, *keys: Callable[[FirstAnswer], str]) -> list[dict[str, Waits]]:
    """By each of these keys."""
    groups = [defaultdict[str, _Gathered](_Gathered) for _ in keys]
    moment = now.timestamp()
    for row in rows:
        created = datetime.fromisoformat(row.created_at).timestamp()
        answered = datetime.fromisoformat(row.answered_at).timestamp() if row.answered_at else None
        for key, group in zip(keys, groups, strict=True):
            gathered = group[key(row)]
            if answered is not None:
                gathered.times.append((max(0.0, answered - created), False))
                if row.answered_by == "us":
                    gathered.by_us += 1
                else:
                    gathered.by_person += 1
            elif row.solved_at:
                gathered.without_answer += 1
            else:
                gathered.waiting += 1
                gathered.times.append((max(0.0, moment - created), True))
    return [{name: one.result() for name, one in sorted(group.items())} for group in groups]


def _at_share(times: Sequence[tuple[float, bool]], share: float) -> Waited | None:
    return Waited(*times[max(0, ceil(share * len(times)) - 1)]) if times else None


def waiting_by_age(rows: Iterable[FirstAnswer], now: datetime) -> dict[str, list[int]]:
    """By channel: how many wait of each of the AGES."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGES))
    for row in rows:
        age = (now - datetime.fromisoformat(row.created_at)).total_seconds()
        place = next((n for n, (_, end) in enumerate(AGES) if age < end), len(AGES) - 1)
        found[row.channel][place] += 1
    return dict(sorted(found.items()))
