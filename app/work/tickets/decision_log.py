"""Writes down what the work comes to: decisions in their states, failures, counters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog

from app.metrics import ACTIONS, CORRECTIONS, DECISIONS, SECONDS_TO_DONE
from app.records.corrections import Correction
from app.records.decisions import Decision, State
from app.records.failures import Failure
from app.records.records import Records
from app.work.engine.engine import JSON
from app.work.jobs.attempt import CARRIED, attempt_of, run_of
from app.work.jobs.retry_policy import Fault
from app.work.messages import Decided
from app.work.tickets.compose import Outcome

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Recorder:
    records: Records
    now: Callable[[], datetime]

    def knows(self, ticket_id: int) -> bool:
        """Did any delivery ever lead to a decision about it?"""
        return bool(self.records.decisions.of_ticket(ticket_id, limit=1))

    def last_written(self, ticket_id: int) -> Decision | None:
        """The newest decision whose tags are on the ticket, as far as we put them there."""
        return next((row for row in self.records.decisions.of_ticket(ticket_id) if row.is_written), None)

    def being_written(self, ticket_id: int) -> list[Decision]:
        """Decisions whose update was sent, or was about to be, when something went wrong."""
        return [row for row in self.under_way(ticket_id) if row.state == "writing"]

    def under_way(self, ticket_id: int, run_id: str = "") -> list[Decision]:
        """Decisions that are made and not carried out, as far as we know.

        With this run's, if it was given up while nobody knew whether its update was applied, and is tried again.
        """
        return [
            row
            for row in self.records.decisions.of_ticket(ticket_id)
            if row.state in {"writing", "working"} or (row.run_id == run_id and row.state == "failed" and row.tags)
        ]

    def written(self, run_id: str) -> Decision | None:
        """The decision of this run, whatever became of it."""
        return self.records.decisions.by_run(run_id)

    def begun(self, run_id: str) -> Decision | None:
        """The decision of this run, if its update was ever about to be sent, and nobody knows that it was not.

        The work may have been cut off, overtaken by other work on the ticket (which looked the update up, and recorded
        that it is there), and only then be taken up again.
        """
        row = self.written(run_id)
        return row if row and row.config_hash and row.state != "working" else None

    def needless(self, run_id: str) -> None:
        """Another delivery did what this run was put off with, or there is nothing left to do: it is no decision."""
        row = self.written(run_id)
        if row and (row.state == "working" or (not row.tags and row.state in {"waiting", "failed"})):
            self.records.decisions.forget(run_id)
            self.records.ticket_writes.give_back(run_id)

    def waits_in_thread(self, decided: Decided) -> int | None:
        """The last ticket of the same post before this one, as far as we have seen it."""
        if not decided.thread:
            return None
        found = self.records.decisions.newest_in_thread(
            decided.thread, decided.channel, archetype=decided.archetype or "", other_than=decided.ticket.id
        )
        return found.ticket_id if found else None

    def corrected(self, ticket_id: int, archetype: str, last: Decision) -> None:
        """Keep what a person chose, with the ticket as it was when we decided: it is what the model learns from."""
        now = self.now().isoformat()
        chosen = Correction(ticket_id, archetype, last.archetype, last.decided_by, last.ticket, now)
        if self.records.corrections.save(chosen):
            CORRECTIONS.labels(last.decided_by, last.archetype or "none").inc()

    def about_to_write(self, decided: Decided, outcomes: Sequence[Outcome], added: Sequence[str]) -> Decision:
        """Kept before the update is sent: if its answer is lost, the run id is looked for in the ticket's audits."""
        last = self.last_written(decided.ticket.id)
        tags = dict.fromkeys([*(last.tags if last else ()), *added])
        return self._save(decided, "writing", outcomes, tuple(tags))

    def only_recorded(self, decided: Decided, outcomes: Sequence[Outcome]) -> Decision:
        return self._save(decided, "working", outcomes, ())

    def in_bulk_job(self, run_id: str, tags: Sequence[str]) -> None:
        """From now on its update may have been sent."""
        self.records.decisions.update(run_id, state="writing", tags=list(tags))

    def not_written(self, run_id: str) -> None:
        """The update is not in the ticket.

        Its tags are kept: the request of a process that was killed may be on its way, and be applied after all.
        """
        self.records.decisions.update(run_id, state="working")

    def never_written(self, run_id: str) -> None:
        """The ticket does not take it."""
        self.records.decisions.update(run_id, state="working", tags=[])

    def finished(self, delivery: JSON, row: Decision, outcomes: Sequence[Outcome]) -> JSON:
        state = "failed" if any(outcome.state == "failed" for outcome in outcomes) else "done"
        now = self.now()
        self.records.decisions.update(
            row.run_id, state=state, finished_at=now.isoformat(), actions=[asdict(outcome) for outcome in outcomes]
        )
        if "decided" in delivery:
            self.first_write_done(delivery)
        else:
            DECISIONS.labels(row.archetype or "none", row.decided_by).inc()
        for outcome in outcomes:
            ACTIONS.labels(outcome.kind, outcome.state).inc()
        SECONDS_TO_DONE.observe((now - datetime.fromisoformat(delivery["accepted_at"])).total_seconds())
        log.info(
            "ticket_decided", ticket_id=row.ticket_id, archetype=row.archetype, decided_by=row.decided_by, state=state
        )
        return {"state": state}

    def first_write_done(self, delivery: JSON) -> None:
        """The decision that waited for its link waits no longer."""
        self.records.decisions.update(delivery["decided"]["run_id"], state="done", finished_at=self.now().isoformat())

    def waits_for_link(self, row: Decision) -> JSON:
        """Decided and written: only the link of its issue follows."""
        self.records.decisions.update(row.run_id, state="waiting")
        DECISIONS.labels(row.archetype or "none", row.decided_by).inc()
        return {"state": "waiting"}

    def explained(self, delivery: JSON, summary: str, *, channel: str = "") -> JSON:
        """A delivery that ends without a decision about the ticket, and why."""
        self._without_verdict(delivery, "done", summary, channel=channel)
        return {"ended": summary}

    def attempted(self, delivery: JSON, step: str, fault: Fault) -> None:
        """Each try that did not succeed is kept: a failure shows all of them."""
        if fault.untried:
            return
        self.records.attempts.add(attempt_of(delivery, step, fault, self.now()))

    def explained_failure(self, delivery: JSON, summary: str) -> None:
        """A delivery that ends without a decision, because something is wrong."""
        self._without_verdict(delivery, "failed", summary)

    def put_off(self, delivery: JSON, step: str, fault: Fault, wait: float) -> JSON:
        self.attempted(delivery, step, fault)
        log.info("work_put_off", ticket_id=delivery["ticket_id"], reason=fault.reason, wait=round(wait, 1))
        if "decided" not in delivery and self.records.decisions.by_run(delivery["run_id"]) is None:
            self._without_verdict(delivery, "waiting", fault.message)
        return {}

    def failed(self, delivery: JSON, step: str, fault: Fault) -> JSON:
        """No further try: a person is told."""
        self.failure(delivery, step, fault)
        if "decided" in delivery:
            self.records.decisions.update(
                delivery["decided"]["run_id"], state="failed", finished_at=self.now().isoformat()
            )
        row = self.records.decisions.by_run(delivery["run_id"])
        if row is None or not row.config_hash:
            if "decided" not in delivery:
                self._without_verdict(delivery, "failed", fault.message)
        else:
            tags = row.tags if row.state == "writing" else ()
            self.records.decisions.update(
                row.run_id, state="failed", tags=list(tags), finished_at=self.now().isoformat()
            )
        return {"ended": "failed", "reason": fault.reason}

    def failure(self, delivery: JSON, step: str, fault: Fault, *, key: str = "") -> None:
        """`key`: by default the run's; failures of one key are one."""
        self.attempted(delivery, step, fault)
        log.error("work_failed", ticket_id=delivery["ticket_id"], step=step, reason=fault.reason)
        self.records.failures.add(
            Failure(
                key=key or run_of(delivery),
                source=fault.service,
                ticket_id=delivery["ticket_id"],
                step=step,
                reason=fault.reason,
                message=fault.message,
                attempts=delivery["attempt"],
                payload={name: value for name, value in delivery.items() if name not in {*CARRIED, "waits"}},
                failed_at=self.now().isoformat(),
            )
        )

    def _without_verdict(self, delivery: JSON, state: State, summary: str, *, channel: str = "") -> None:
        now = self.now().isoformat()
        self.records.decisions.save(
            Decision(
                run_id=delivery["run_id"],
                ticket_id=delivery["ticket_id"],
                event=delivery["event"],
                state=state,
                archetype=None,
                confidence=None,
                decided_by="none",
                mode="live",
                channel=channel,
                summary=summary,
                tags=(),
                actions=(),
                trace=(),
                config_hash="",
                ticket={},
                thread="",
                ticket_updated_at="",
                decided_at=now,
                finished_at=now if state != "waiting" else None,
            )
        )

    def _save(self, decided: Decided, state: State, outcomes: Sequence[Outcome], tags: tuple[str, ...]) -> Decision:
        row = Decision(
            run_id=decided.run_id,
            ticket_id=decided.ticket.id,
            event=decided.event,
            state=state,
            archetype=decided.archetype,
            confidence=decided.confidence,
            decided_by=decided.decided_by,
            mode=decided.plan.mode,
            channel=decided.channel,
            summary=decided.why,
            tags=tags,
            actions=tuple(asdict(outcome) for outcome in outcomes),
            trace=decided.trace,
            config_hash=decided.config_hash,
            ticket=decided.snapshot,
            thread=decided.thread,
            ticket_updated_at=decided.ticket.updated_at,
            decided_at=decided.decided_at,
        )
        self.records.decisions.save(row)
        return row
