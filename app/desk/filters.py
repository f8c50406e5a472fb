"""What templates say in their own words: times, names, counts. Values only; all of it is escaped afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
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


_SERVICES = {
    "gitlab": "GitLab",
    "zendesk": "Zendesk",
    "sentry": "Sentry",
    "chat": "the chat",
    "llm": "the language model",
    "pointsman": "Pointsman",
}


def service(name: str) -> str:
    """As it writes itself."""
    return _SERVICES.get(name, spoken(name))


def budget(name: str) -> str:
    """`gitlab:issues:104` is "GitLab: issues, project 104"."""
    of, _, what = name.partition(":")
    kind, _, project = what.partition(":")
    return f"{service(of)}: {spoken(kind)}" + (f", project {project}" if project else "")


def cause(reason: str) -> str:
    """`http_502` is "HTTP 502", `no_answer` is "no answer"."""
    if reason == "bug":
        return "internal error"
    return spoken(reason).replace("http ", "HTTP ", 1) if reason.startswith("http_") else spoken(reason)


_STEPS = {
    "decide": "while reading and deciding",
    "find": "while looking for its issue",
    "write": "while updating the ticket",
    "recover": "while looking up a lost update",
    "workflow": "in our own code",
    "announce": "while sending a message",
    "inbox": "while taking in a delivery",
}


def at_step(name: str) -> str:
    """Of a failure: `find` is "while looking for its issue"."""
    return _STEPS.get(name, f"at {spoken(name)}")


def weekday(day_iso: str) -> str:
    """`Sun 29 Nov`."""
    return f"{date.fromisoformat(day_iso):%a %-d %b}"


def feed_state(state: str) -> str:
    """What the last look at a feed brought."""
    return {"items": "something new", "empty": "nothing new", "not_read": "not read yet"}.get(state, spoken(state))


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
    "service": service,
    "budget": budget,
    "cause": cause,
    "at_step": at_step,
    "weekday": weekday,
    "feed_state": feed_state,
}
