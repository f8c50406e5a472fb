"""The workflow that writes many waiting updates in one bulk job, and checks what became of each.

Each item keeps its `safe_update`, so a ticket that changed meanwhile refuses it. Whatever an item comes to is noted
with the waiting update, and the work that decided it is woken: it records, decides anew, or asks the ticket's audits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.metrics import BULK_UPDATES
from app.records.waiting_updates import WaitingUpdate, WaitingUpdates
from app.rulebook import Rulebook
from app.work.bulk.outbox import WORKFLOW, update_of, write_many_work
from app.work.engine.engine import JSON, Work
from app.work.jobs.job import Jobs
from app.work.jobs.pause import Pausing
from app.work.tickets.decision_log import Recorder
from integrations.errors import IntegrationError, NotFound, UnknownOutcome
from integrations.zendesk.client import ZendeskClient

MOST_IN_A_JOB = 100
LOOK_AGAIN_SECONDS = 1.0
MOST_LOOKS = 300
# The job of a request whose answer was lost is over by then.
SETTLE_SECONDS = 60.0
# While it is looked at, a job keeps its tickets.
JOB_SECONDS = 600.0


@dataclass(frozen=True)
class WriteMany:
    jobs: Jobs
    sending: Sending

    def write(self, delivery: JSON) -> JSON:
        if "job" in delivery:
            return self._check(delivery)
        sent = self.jobs.step("send", self.sending.send, delivery)
        if "fault" in sent:
            return self.jobs.again(delivery, "send", sent["fault"])
        if sent["job"]:
            lane = f"bulk:{delivery['key']}"
            self.jobs.runner.later(_look_work({**delivery, "lane": lane, "job": sent["job"], "looks": 1}))
        if sent["more"]:
            accepted_at = datetime.fromisoformat(delivery["accepted_at"])
            base, _, number = delivery["key"].partition(">")
            self.jobs.runner.later(write_many_work(f"{base}>{int(number or 0) + 1}", accepted_at))
        return sent

    def _check(self, delivery: JSON) -> JSON:
        checked = self.jobs.step("check", self.sending.check, delivery)
        if "fault" in checked:
            return self.jobs.again(delivery, "check", checked["fault"])
        if checked.get("runs"):
            self.jobs.runner.later(_look_work({**delivery, "looks": delivery["looks"] + 1}))
        return checked


def _look_work(delivery: JSON) -> Work:
    key = f"{delivery['key']}?{delivery['looks']}"
    return Work(WORKFLOW, key, delivery["lane"], delivery, delay=LOOK_AGAIN_SECONDS)


@dataclass(frozen=True)
class Sending:
    """The steps."""

    zendesk: Callable[[], ZendeskClient]
    waiting: WaitingUpdates
    recorder: Recorder
    rulebook: Rulebook
    pausing: Pausing
    run_now: Callable[[Sequence[str]], None]
    now: Callable[[], datetime]

    def send(self, delivery: JSON) -> JSON:
        """`{"job", "more"}`; no job when there is nothing to send. Raises IntegrationError when nothing was sent."""
        batch, now = delivery["key"], self.now().timestamp()
        if self.waiting.of_batch(batch):  # this step was cut off: what it claimed may have been sent
            self.waiting.extend(batch, now + SETTLE_SECONDS)
            return {"job": "", "more": True}
        if self.pausing.paused("replies"):  # what waits may hold one: each is decided anew, without
            return {"job": "", "more": False}
        at_least = self.rulebook.current().routing.limits.bulk_from
        claimed = self.waiting.claim(batch, most=MOST_IN_A_JOB, at_least=at_least, until=now + JOB_SECONDS)
        if not claimed:
            return {"job": "", "more": False}
        for one in claimed:
            self.recorder.in_bulk_job(one.run_id, one.tags)
        try:
            job = self.zendesk().update_many([(one.ticket_id, update_of(one)) for one in claimed])
        except UnknownOutcome:
            self.waiting.extend(batch, self.now().timestamp() + SETTLE_SECONDS)
            job = ""
        except IntegrationError:
            for one in claimed:
                self.recorder.not_written(one.run_id)
            self.waiting.unclaim(batch)
            raise
        left = self.waiting.count()
        return {"job": job, "more": left >= at_least}

    def check(self, delivery: JSON) -> JSON:
        """`{"runs": True}`, or how many were done, refused, and are not known."""
        try:
            job = self.zendesk().job(delivery["job"])
        except NotFound:
            job = None
        if job and not job.ended and delivery["looks"] < MOST_LOOKS:
            return {"runs": True}
        results = {result.ticket_id: result.ok for result in job.results} if job else {}
        sent = self.waiting.of_batch(_batch(delivery))
        done = [one for one in sent if results.get(one.ticket_id) is True]
        refused = [one for one in sent if results.get(one.ticket_id) is False]
        self._settle(done, "applied")
        self._settle(refused, "refused")
        self.waiting.extend(_batch(delivery), self.now().timestamp() + SETTLE_SECONDS)
        unknown = len(sent) - len(done) - len(refused)
        for outcome, tickets in (("done", len(done)), ("alone", len(refused)), ("unknown", unknown)):
            BULK_UPDATES.labels(outcome).inc(tickets)
        return {"done": len(done), "refused": len(refused), "unknown": unknown}

    def _settle(self, updates: Sequence[WaitingUpdate], state: Literal["applied", "refused"]) -> None:
        self.waiting.settle([one.run_id for one in updates], state)
        self.run_now([one.work_key for one in updates])


def _batch(delivery: JSON) -> str:
    batch: str = delivery["key"]
    return batch
