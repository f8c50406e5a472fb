"""The same work once more: after a wait, or because a person asks for it. A payload carries all that this needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from app.metrics import RETRIES
from app.records.attempts import Attempt
from app.work.engine.engine import JSON, Work
from app.work.jobs.retry_policy import Fault, next_wait

MADE = "made"
# What a try decided and found goes along to the next: its update is not settled, or parked, or seems not to be there.
CARRIED = ("unsettled", "parked", MADE)


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


def run_of(payload: Mapping[str, Any]) -> str:
    """What stays the same over all tries and lives of one piece of work: failures and attempts are kept by it."""
    return str(payload.get("run_id") or payload["key"])


def next_attempt(payload: JSON, wait: float, fault: Mapping[str, Any]) -> Work:
    """After a fault that may pass: the same work, `wait` seconds later. One that was no try uses none up."""
    again = dict(payload)
    if fault.get("untried"):
        again["waits"] = payload.get("waits", 0) + 1
    else:
        again["attempt"] = payload["attempt"] + 1
        if fault.get("outage"):
            again["outages"] = payload.get("outages", 0) + 1
    number = f"{again['attempt']}w{again['waits']}" if "waits" in again else f"{again['attempt']}"
    key = f"{payload['key']}{_life(payload)}+{number}"
    return Work(payload["workflow"], key, payload["lane"], again, delay=wait)


def planned_wait(payload: Mapping[str, Any], fault: Mapping[str, Any], attempts: int) -> float | None:
    """Seconds until the next try; None: give up."""
    return next_wait(Fault(**fault), payload["attempt"], outages=payload.get("outages", 0), attempts=attempts)


def plan_again(payload: Mapping[str, Any], fault: Mapping[str, Any], attempts: int) -> JSON:
    """`{"wait": seconds}`, or `{"wait": None}`: give up.

    A step's answer: the wait is partly chance, and a workflow that is run again must choose the same.
    """
    wait = planned_wait(payload, fault, attempts)
    if wait is not None:
        RETRIES.labels(fault["service"], fault["reason"]).inc()
    return {"wait": wait}


def retry_work(payload: Mapping[str, Any], now: datetime) -> Work:
    """Failed work once more, from the start of its patience, and as the same run: what it wrote is recognised.

    Asked for twice, it is the same work. Its own key stays, and so do those of the work that it leads to: what a former
    life has queued already is known.
    """
    fresh = {**payload, "life": payload.get("life", 0) + 1, "attempt": 1, "accepted_at": now.isoformat()}
    fresh.pop("outages", None)
    return Work(fresh["workflow"], f"{fresh['key']}{_life(fresh)}", fresh["lane"], fresh, once=True)


def attempt_of(payload: Mapping[str, Any], step: str, fault: Fault, now: datetime) -> Attempt:
    """This try, as it is kept."""
    return Attempt(
        run=run_of(payload),
        life=payload.get("life", 0),
        number=payload["attempt"],
        step=step[:32],
        source=fault.service,
        reason=fault.reason,
        message=fault.message,
        at=now.isoformat(),
    )


def _life(payload: Mapping[str, Any]) -> str:
    return f"!{payload['life']}" if payload.get("life") else ""
