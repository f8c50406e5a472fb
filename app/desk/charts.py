"""Charts as numbers: where in an SVG picture each bar, line and word stands. Templates draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

WIDTH, HEIGHT = 560, 210
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 10, 26
PLOT = HEIGHT - TOP - BOTTOM
MOST_LABELS = 7
SHORTEST, LONGEST = 10.0, 7 * 86400.0
"""Seconds; what is shorter or longer stands at the edge."""
LEAST = 2.0
"""The height of a column of nothing."""
_TICKS = ((60, "1 min"), (600, "10 min"), (3600, "1 h"), (4 * 3600, "4 h"), (86400, "1 day"), (7 * 86400, "7 days"))


@dataclass(frozen=True)
class ScaleLine:
    """A horizontal line, with what it stands for."""

    y: float
    label: str
    is_goal: bool = False


@dataclass(frozen=True)
class Column:
    """What a chart has of one day."""

    x: float
    width: float
    y: float
    height: float
    dot: float | None
    """Of the median, where there is one."""
    label: str
    """Under the column; empty where there is no room for it."""
    day: str


@dataclass(frozen=True)
class Chart:
    columns: tuple[Column, ...]
    marks: tuple[ScaleLine, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def share_chart(days: Sequence[Mapping[str, Any]]) -> Chart:
    """Columns from nothing to all; a day without a share has an empty one."""
    columns = []
    for place, day in enumerate(days):
        share = day["share"] or 0.0
        least = LEAST if day["share"] is not None else 0  # none in time is to be seen, no ticket is not
        columns.append(_column(place, days, top=min(_share_at(share), _share_at(0) - least), bottom=_share_at(0)))
    return Chart(tuple(columns), tuple(ScaleLine(_share_at(share), f"{share:.0%}") for share in (0, 0.5, 1)))


def time_chart(days: Sequence[Mapping[str, Any]], goal: float) -> Chart:
    """From the median to the 90th percentile of each day, on a scale where ten times as long is as far again."""
    columns = []
    for place, day in enumerate(days):
        median, p90 = day["median"], day["p90"]
        if median is None or p90 is None:
            columns.append(_column(place, days, top=_time_at(SHORTEST), bottom=_time_at(SHORTEST)))
            continue
        middle = _time_at(median["seconds"])
        columns.append(_column(place, days, top=_time_at(p90["seconds"]), bottom=middle, dot=middle))
    return Chart(tuple(columns), tuple(ScaleLine(_time_at(at), label, is_goal=at == goal) for at, label in _TICKS))


def _column(
    place: int, days: Sequence[Mapping[str, Any]], *, top: float, bottom: float, dot: float | None = None
) -> Column:
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    width = min(28.0, step * 0.7)
    x = LEFT + step * place + (step - width) / 2
    every = -(-len(days) // MOST_LABELS)
    day = str(days[place]["day"])
    label = f"{date.fromisoformat(day):%-d %b}" if place % every == 0 else ""
    return Column(round(x, 1), round(width, 1), round(top, 1), round(bottom - top, 1), _rounded(dot), label, day)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _share_at(share: float) -> float:
    return round(TOP + PLOT * (1 - share), 1)


def _time_at(seconds: float) -> float:
    within = min(LONGEST, max(SHORTEST, seconds))
    return round(TOP + PLOT * (1 - log(within / SHORTEST) / log(LONGEST / SHORTEST)), 1)
