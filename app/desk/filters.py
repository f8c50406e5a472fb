"""What templates say in their own words: times, names, counts. Values only; all of it is escaped afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.rules.verdict import spoken


def moment(iso: str) -> str:
    """`28 Nov 2026, 13:02:07 UTC`: for those without a script, and for who wants it exactly."""
    return f"{_parsed(iso):%-d %b %Y, %H:%M:%S} UTC" if iso else ""


def short_moment(iso: str) -> str:
    return f"{_parsed(iso):%-d %b, %H:%M}" if iso else ""


def clock(iso: str) -> str:
    return f"{_parsed(iso):%H:%M:%S}" if iso else ""


def day(iso: str) -> str:
    return f"{_parsed(iso):%-d %b %Y}" if iso else ""


def words(name: str | None) -> str:
    """`bug_report` as people say it."""
    return spoken(name or "")


def decided_by(name: str) -> str:
    """`route:praise` is `praise`; the rest speaks for itself."""
    return {"none": "nobody yet", "language_model": "language model"}.get(name, name.removeprefix("route:"))


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """`2.9 s`, `4 min`, `3 h 20 min`, `5 days`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{hours // 24} days"


def since(iso: str, now: str) -> str:
    """How long ago, in short."""
    return duration(max(0.0, (_parsed(now) - _parsed(iso)).total_seconds()))


def _parsed(iso: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(UTC)


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "short_moment": short_moment,
    "clock": clock,
    "day": day,
    "words": words,
    "decided_by": decided_by,
    "plural": plural,
    "duration": duration,
    "since": since,
}
