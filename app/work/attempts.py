"""The same work once more: after a wait, or because a person asks for it. A payload carries all that this needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from app.work.engine import JSON, Work


class Runner(Protocol):
    """The engine, as far as a workflow needs it."""

    def step(self, name: str, function: Any, *args: Any) -> JSON: ...
    def later(self, work: Work) -> None: ...


def payload_of(workflow: str, key: str, lane: str, now: datetime, **more: object) -> JSON:
    """What every piece of work carries."""
    return {
        "workflow": workflow,
        "key": key,
        "lane": lane,
        "attempt": 1,
        "accepted_at": now.isoformat(),
        **more,
    }


def next_attempt(payload: JSON, wait: float, *, held: bool = False) -> Work:
    """After a failure that may pass: the same work, `wait` seconds later. `held`: it was not tried, so none is used."""
    attempt, waits = payload["attempt"], payload.get("waits", 0)
    attempt, waits = (attempt, waits + 1) if held else (attempt + 1, waits)
    suffix = f"+{attempt}w{waits}" if waits else f"+{attempt}"
    again = {**payload, "attempt": attempt, **({"waits": waits} if waits else {})}
    return Work(payload["workflow"], f"{payload['key']}{suffix}", payload["lane"], again, delay=wait)


def retry_work(payload: Mapping[str, Any], now: datetime) -> Work:
    """Failed work once more, from the start of its patience, and as the same run: what it wrote is recognised."""
    # A key of its own, also for what follows from it: the first work's second try has its name already.
    key = f"{payload['key']}!{now.isoformat()}"
    fresh = {"first_key": payload["key"], **payload, "key": key, "attempt": 1, "accepted_at": now.isoformat()}
    return Work(fresh["workflow"], key, fresh["lane"], fresh)
