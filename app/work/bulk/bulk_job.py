"""The workflow that writes what waits in the outbox as one bulk job, and checks what became of each update.

Each item keeps its `safe_update`, so a ticket that changed meanwhile refuses it. What an item comes to is noted in the
outbox, and the work that decided it is woken: it records, decides again, or asks the ticket's audits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from app.metrics import BULK_UPDATES
from app.records.outbox import OutboxEntry
from app.work.bulk.outbox import update_of
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import BulkJob, Stored, Work
from app.work.update_state import advance
from integrations.errors import IntegrationError, NotFound, UnknownOutcome

MOST_IN_A_JOB = 100
LOOK_AGAIN_SECONDS = 1.0
MOST_LOOKS = 300
# The job of a request whose answer was lost is over by then.
SETTLE_SECONDS = 60.0
# While it is looked at, a job keeps its tickets.
JOB_SECONDS = 600.0


class Sent(Stored):
    job: str = ""
    """Empty: there was nothing to send, or nobody knows."""
    more: bool = False


class Checked(Stored):
    runs: bool = False


def register(deps: Dependencies) -> None:
    deps.engine.register(BulkJob, BulkWriter(deps).run, partial(crashed, deps))


@dataclass(frozen=True)
class BulkWriter:
    deps: Dependencies

    def run(self, message: BulkJob) -> None:
        if message.job:
            self._look(message)
            return
        sent = attempt(self.deps, message, "send", self.send, message)
        if sent is None:
            return
        if sent.job:
            look = message.model_copy(update={"job": sent.job, "looks": 1})
            self.deps.engine.later(Work(look, delay=LOOK_AGAIN_SECONDS))
        if sent.more:
            base, _, number = message.key.partition(">")
            self.deps.engine.later(Work(message.with_key(f"{base}>{int(number or 0) + 1}")))

    def _look(self, message: BulkJob) -> None:
        checked = attempt(self.deps, message, "check", self.check, message)
        if checked and checked.runs:
            again = message.model_copy(update={"looks": message.looks + 1})
            self.deps.engine.later(Work(again, delay=LOOK_AGAIN_SECONDS))

    def send(self, message: BulkJob) -> Sent:
        """Raises IntegrationError when nothing was sent."""
        waiting, decisions = self.deps.records.outbox, self.deps.records.decisions
        batch, now = message.key, self.deps.now().timestamp()
        if waiting.of_batch(batch):  # this step was cut off: what it claimed may have been sent
            waiting.extend(batch, now + SETTLE_SECONDS)
            return Sent(more=True)
        if self.deps.pause.paused("replies"):  # what waits may hold one: each is decided again, without
            return Sent()
        at_least = self.deps.limits.bulk_from
        claimed = waiting.claim(batch, most=MOST_IN_A_JOB, at_least=at_least, until=now + JOB_SECONDS)
        if not claimed:
            return Sent()
        for entry in claimed:
            decisions.update(entry.run_id, update_state=advance("in_outbox", "send"), tags=list(entry.tags))
        try:
            job = self.deps.zendesk.update_many([(entry.ticket_id, update_of(entry)) for entry in claimed])
        except UnknownOutcome:
            waiting.extend(batch, self.deps.now().timestamp() + SETTLE_SECONDS)
            job = ""
        except IntegrationError:
            for entry in claimed:
                decisions.update(entry.run_id, update_state=advance("sending", "queue"))
            waiting.unclaim(batch)
            raise
        return Sent(job=job, more=waiting.count() >= at_least)

    def check(self, message: BulkJob) -> Checked:
        waiting = self.deps.records.outbox
        try:
            job = self.deps.zendesk.job(message.job)
        except NotFound:
            job = None
        if job and not job.ended and message.looks < MOST_LOOKS:
            return Checked(runs=True)
        results = {result.ticket_id: result.ok for result in job.results} if job else {}
        sent = waiting.of_batch(message.key)
        done = [entry for entry in sent if results.get(entry.ticket_id) is True]
        refused = [entry for entry in sent if results.get(entry.ticket_id) is False]
        self._resolve(done, "applied")
        self._resolve(refused, "refused")
        waiting.extend(message.key, self.deps.now().timestamp() + SETTLE_SECONDS)
        unknown = len(sent) - len(done) - len(refused)
        for outcome, tickets in (("done", len(done)), ("alone", len(refused)), ("unknown", unknown)):
            BULK_UPDATES.labels(outcome).inc(tickets)
        return Checked()

    def _resolve(self, entries: Sequence[OutboxEntry], state: Literal["applied", "refused"]) -> None:
        self.deps.records.outbox.settle([entry.run_id for entry in entries], state)
        self.deps.engine.run_now([entry.work_key for entry in entries])
