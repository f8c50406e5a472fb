"""The workflow: read the ticket and decide, find or open its issue, write once, record. Each step is kept.

A step that fails for now does not sleep: the work ends, and the same work is queued again for later. That holds neither
a thread nor the ticket, and the next try reads the ticket anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.work.engine import JSON, Work
from app.work.retry import Fault, next_wait

WORKFLOW = "triage_ticket"
LINK_WORKFLOW = "link_ticket"
# A conflict means that somebody is typing in the ticket right now: after this many rounds, come back later.
MOST_ROUNDS = 3


def triage_work(key: str, ticket_id: int, event: str, now: datetime, *, actor_id: str = "") -> Work:
    """The work that a delivery leads to. `actor_id`: who changed the ticket, as far as the sender says."""
    run_id = "pm" + hashlib.sha256(key.encode()).hexdigest()[:24]
    return Work(
        WORKFLOW,
        key,
        ticket_id,
        {
            "key": key,
            "run_id": run_id,
            "ticket_id": ticket_id,
            "event": event,
            "actor_id": actor_id,
            "attempt": 1,
            "accepted_at": now.isoformat(),
        },
    )


def retry_work(payload: Mapping[str, Any], now: datetime) -> Work:
    """Failed work once more, from the start of its patience, and as the same run: what it wrote is recognised."""
    fresh = {**payload, "attempt": 1, "accepted_at": now.isoformat()}
    return Work(
        str(fresh.get("workflow", WORKFLOW)), f"{fresh['key']}!{now.isoformat()}", int(fresh["ticket_id"]), fresh
    )


class Steps(Protocol):
    """What the workflow is made of; each answers plain JSON, and `{"fault": ...}` where a service did not do it."""

    def decide(self, delivery: JSON) -> JSON: ...
    def find(self, delivery: JSON, decided: JSON) -> JSON: ...
    def write(self, delivery: JSON, decided: JSON, found: JSON) -> JSON: ...
    def put_off(self, delivery: JSON, fault: JSON, wait: float) -> JSON: ...
    def give_up(self, delivery: JSON, step: str, fault: JSON) -> JSON: ...
    def attempts(self) -> int: ...


class Runner(Protocol):
    """The engine, as far as a workflow needs it."""

    def step(self, name: str, function: Any, *args: Any) -> JSON: ...
    def later(self, work: Work) -> None: ...


@dataclass(frozen=True)
class TriageTicket:
    runner: Runner
    steps: Steps

    def triage(self, delivery: JSON) -> JSON:
        """For one delivery. Names of steps are stored: never rename one, never reorder them."""
        for _ in range(MOST_ROUNDS):
            decided = self.runner.step("decide", self.steps.decide, delivery)
            if "fault" in decided:
                return self._later(delivery, "decide", decided["fault"])
            if "ended" in decided:
                return decided
            found = self.runner.step("find", self.steps.find, delivery, decided) if decided["looks_for_issue"] else {}
            if found.get("hold_the_tags"):
                return self._later(delivery, "find", found["fault"])
            written = self.runner.step("write", self.steps.write, delivery, decided, found)
            if written.get("conflict"):
                continue
            if "fault" in written:
                return self._later(delivery, "write", written["fault"])
            if "fault" in found:
                self._follow_up(delivery, decided, found["fault"])
            if written.get("solves"):
                self.runner.later(_answered(delivery, written["solves"]))
            return written
        return self._later(delivery, "write", _BUSY)

    def link(self, delivery: JSON) -> JSON:
        """The second write: the link, once GitLab answers. The tags are already there."""
        return self.triage(delivery)

    def _later(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        """The same work again after a wait, or a failure that people see."""
        planned = self.runner.step(f"plan_{step}_again", self._plan_wait, delivery, fault)
        wait = planned["wait"]
        if wait is None:
            return self.runner.step("give_up", self.steps.give_up, delivery, step, fault)
        self.runner.step("put_off", self.steps.put_off, delivery, fault, wait)
        self.runner.later(_next_attempt(delivery, wait))
        return {"ended": "put off", "wait": wait}

    def _plan_wait(self, delivery: JSON, fault: JSON) -> JSON:
        """A step of its own: the wait is partly chance, and a workflow that is run again must choose the same."""
        return {"wait": next_wait(Fault(**fault), delivery["attempt"], attempts=self.steps.attempts())}

    def _follow_up(self, delivery: JSON, decided: JSON, fault: JSON) -> None:
        planned = self.runner.step("plan_link", self._plan_wait, delivery, fault)
        if planned["wait"] is not None:
            payload = {
                **delivery,
                "workflow": LINK_WORKFLOW,
                "key": f"{delivery['key']}:link",
                "run_id": f"{delivery['run_id']}-link",
                "decided": decided["decided"],
            }
            self.runner.later(_next_attempt(payload, planned["wait"]))


_BUSY: JSON = {
    "service": "zendesk",
    "reason": "ticket_busy",
    "message": "the ticket was changed by somebody else each time",
    "retryable": True,
}


def _answered(delivery: JSON, parent: int) -> Work:
    """The work on the ticket that this one answers: the same pipeline, with a decision that is already made."""
    key = f"{delivery['key']}:answers:{parent}"
    run_id = "pm" + hashlib.sha256(key.encode()).hexdigest()[:24]
    payload = {**delivery, "key": key, "run_id": run_id, "ticket_id": parent, "event": "answered", "attempt": 1}
    return Work(WORKFLOW, key, parent, {**payload, "answered_in": delivery["ticket_id"]})


def _next_attempt(delivery: JSON, wait: float) -> Work:
    attempt = delivery["attempt"] + 1
    return Work(
        str(delivery.get("workflow", WORKFLOW)),
        f"{delivery['key']}+{attempt}",
        delivery["ticket_id"],
        {**delivery, "attempt": attempt},
        delay=wait,
    )
