"""The workflow: read the ticket and decide, find or open its issue, write once, record. Each step is kept.

A step that fails for now does not sleep: the work ends, and the same work is queued again for later. That holds neither
a thread nor the ticket, and the next try reads the ticket anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.work.chat.spike_work import wave_work
from app.work.engine.engine import JSON, Work
from app.work.issues.report_counter import count_work
from app.work.jobs.attempt import CARRIED, MADE, Runner, next_attempt, payload_of, plan_again
from app.work.jobs.pause import PAUSED
from app.work.runs import run_id

WORKFLOW = "triage_ticket"
LINK_WORKFLOW = "link_ticket"
# A conflict means that somebody is typing in the ticket right now: after this many rounds, come back later.
MOST_ROUNDS = 3


def lane_of(ticket_id: int) -> str:
    """One ticket is worked on by one worker at a time."""
    return f"ticket:{ticket_id}"


def triage_work(
    key: str, ticket_id: int, event: str, now: datetime, *, actor_id: str = "", told: JSON | None = None
) -> Work:
    """The work that a delivery leads to. `actor_id`: who changed the ticket, as far as the sender says.

    `told`: news of an issue that the ticket reports (`app.work.issues.news`), instead of a change of the ticket.
    """
    lane = lane_of(ticket_id)
    ours = {"run_id": run_id(key), "ticket_id": ticket_id, "event": event, "actor_id": actor_id}
    payload = payload_of(WORKFLOW, key, lane, now, **ours, **({"told": told} if told else {}))
    return Work(WORKFLOW, key, lane, payload)


def link_payload(delivery: JSON, decided: JSON) -> JSON:
    """The second write, of the link alone: its tags are on the ticket. For a delivery that is one already, itself."""
    if "decided" in delivery:
        return delivery
    return {
        **delivery,
        "workflow": LINK_WORKFLOW,
        "key": f"{delivery['key']}:link",
        "run_id": f"{delivery['run_id']}-link",
        "decided": decided,
    }


class Steps(Protocol):
    """What the workflow is made of; each answers plain JSON, and `{"fault": ...}` where a service did not do it."""

    def decide(self, delivery: JSON) -> JSON: ...
    def find(self, delivery: JSON, decided: JSON) -> JSON: ...
    def write(self, delivery: JSON, decided: JSON, found: JSON) -> JSON: ...
    def settle(self, delivery: JSON, decided: JSON, found: JSON) -> JSON: ...
    def collect(self, delivery: JSON, decided: JSON, found: JSON) -> JSON: ...
    def put_off(self, delivery: JSON, step: str, fault: JSON, wait: float) -> JSON: ...
    def attempted(self, delivery: JSON, step: str, fault: JSON) -> None: ...
    def hold(self, delivery: JSON) -> JSON: ...
    def give_up(self, delivery: JSON, step: str, fault: JSON) -> JSON: ...
    def attempts(self) -> int: ...


@dataclass(frozen=True)
class TriageTicket:
    runner: Runner
    steps: Steps

    def triage(self, delivery: JSON) -> JSON:
        """For one delivery. Names of steps are stored: never rename one, never reorder them."""
        for carried, step, look in (
            ("unsettled", "settle", self.steps.settle),
            ("parked", "collect", self.steps.collect),
        ):
            if carried not in delivery:
                continue
            decided, found = delivery[carried]["decided"], delivery[carried]["found"]
            looked = self.runner.step(step, look, delivery, decided, found)
            if "fault" in looked:
                return self._later(delivery, step, looked["fault"])
            delivery = _made(delivery, decided, found)
            if looked["applied"]:
                self._what_follows(delivery, decided, found, looked)
                return looked
        return self._decide_and_write(delivery)

    def _decide_and_write(self, delivery: JSON) -> JSON:
        for _ in range(MOST_ROUNDS):
            decided = self.runner.step("decide", self.steps.decide, delivery)
            if "fault" in decided:
                return self._later(delivery, "decide", decided["fault"])
            if "ended" in decided:
                return self._written_late(delivery) if decided.get("late") else decided
            found = self.runner.step("find", self.steps.find, delivery, decided) if decided["looks_for_issue"] else {}
            if found.get("hold_the_tags"):
                return self._later(delivery, "find", found["fault"])
            written = self.runner.step("write", self.steps.write, delivery, decided, found)
            if written.get("before"):  # what an earlier try made is in the ticket, not this
                decided, found = delivery[MADE]["decided"], delivery[MADE]["found"]
            delivery = _made(delivery, decided, found)
            if written.get("conflict"):
                continue
            if "fault" in written:
                carried = next((name for name in CARRIED if written.get(name)), MADE)
                return self._later({**_own(delivery), carried: delivery[MADE]}, "write", written["fault"])
            self._what_follows(delivery, decided, found, written)
            return written
        return self._later(delivery, "write", _BUSY)

    def _written_late(self, delivery: JSON) -> JSON:
        """By a request of this very work that was taken for lost: what follows from it is not queued yet."""
        decided, found = delivery[MADE]["decided"], delivery[MADE]["found"]
        settled = self.runner.step("settle", self.steps.settle, delivery, decided, found)
        if "fault" in settled:
            return self._later(delivery, "settle", settled["fault"])
        if settled["applied"]:
            self._what_follows(delivery, decided, found, settled)
        return settled

    def _what_follows(self, delivery: JSON, decided: JSON, found: JSON, written: JSON) -> None:
        """More work, recorded with this one."""
        delivery = _own(delivery)
        now = datetime.fromisoformat(delivery["accepted_at"])
        if "fault" in found:
            self._follow_up(delivery, decided, found["fault"])
        if issue := _linked(found):
            self.runner.later(count_work(f"{delivery['key']}:count", *issue, now))
        if written.get("wave"):
            self.runner.later(wave_work(f"{delivery['key']}:wave", written["wave"], now))
        if written.get("solves"):
            self.runner.later(_answered(delivery, written["solves"]))

    def link(self, delivery: JSON) -> JSON:
        """The second write: the link, once GitLab answers. The tags are already there."""
        return self.triage(delivery)

    def _later(self, delivery: JSON, step: str, fault: JSON) -> JSON:
        """The same work again after a wait, or a failure that people see."""
        if fault["reason"] == PAUSED:
            return self.runner.step("hold", self.steps.hold, delivery)
        planned = self.runner.step(f"plan_{step}_again", self._plan_wait, delivery, fault)
        wait = planned["wait"]
        if wait is None:
            return self.runner.step("give_up", self.steps.give_up, delivery, step, fault)
        self.runner.step("put_off", self.steps.put_off, delivery, step, fault, wait)
        self.runner.later(next_attempt(delivery, wait, fault))
        return {"ended": "put off", "wait": wait}

    def _plan_wait(self, delivery: JSON, fault: JSON) -> JSON:
        return plan_again(delivery, fault, self.steps.attempts())

    def _follow_up(self, delivery: JSON, decided: JSON, fault: JSON) -> None:
        payload = link_payload(delivery, decided["decided"])
        if fault["reason"] == PAUSED:
            self.runner.step("hold", self.steps.hold, payload)
            return
        planned = self.runner.step("plan_link", self._plan_link, payload, fault)
        if planned["wait"] is None:
            self.runner.step("give_up", self.steps.give_up, payload, "find", fault)
        else:
            self.runner.later(next_attempt(payload, planned["wait"], fault))

    def _plan_link(self, payload: JSON, fault: JSON) -> JSON:
        self.steps.attempted(payload, "find", fault)
        return self._plan_wait(payload, fault)


def _own(delivery: JSON) -> JSON:
    """Without what was made of it, which is nothing to the work that follows."""
    return {name: value for name, value in delivery.items() if name not in CARRIED}


def _made(delivery: JSON, decided: JSON, found: JSON) -> JSON:
    """It goes along: the update may be there one day, whatever is known now."""
    return {**_own(delivery), MADE: {"decided": decided, "found": found}}


_BUSY: JSON = {
    "service": "zendesk",
    "reason": "ticket_busy",
    "message": "the ticket was changed by somebody else each time",
    "retryable": True,
}


def _linked(found: JSON) -> tuple[int, int] | None:
    """The issue that one more ticket reports from now on; news of an issue name theirs without a project id."""
    issue = found.get("found", {}).get("issue")
    if not issue or found["found"]["outcome"] != "linked" or not issue["project_id"]:
        return None
    return issue["project_id"], issue["iid"]


def _answered(delivery: JSON, parent: int) -> Work:
    """The work on the ticket that this one answers: the same pipeline, with a decision that is already made."""
    key = f"{delivery['key']}:answers:{parent}"
    lane = lane_of(parent)
    changed = {"key": key, "lane": lane, "run_id": run_id(key), "ticket_id": parent, "event": "answered", "attempt": 1}
    return Work(WORKFLOW, key, lane, {**delivery, **changed, "answered_in": delivery["ticket_id"]})
