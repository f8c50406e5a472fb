"""Tell many tickets at once: one bulk job of Zendesk's, each item's result checked; what it did not do goes alone.

A bulk job does not hold the tickets' lanes. That no two writers meet on a ticket is Zendesk's `safe_update`: an item
whose ticket has changed since it was read fails, and that ticket is told alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.metrics import BULK_UPDATES
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.jobs.attempt import payload_of
from app.work.jobs.backpressure import feed_works
from app.work.jobs.job import Jobs
from app.work.messages import Found, IssueRef
from app.work.tickets.compose import Outcome, draft
from app.work.tickets.decision_log import Recorder
from app.work.tickets.notification import TOLD, told
from app.work.tickets.render import ticket_update
from app.work.tickets.workflow import triage_work
from app.work.tickets.write_budget import Loops
from integrations.errors import IntegrationError, NotFound, UnknownOutcome
from integrations.zendesk.client import TicketUpdate, ZendeskClient
from integrations.zendesk.snapshots import TicketSnapshot

WORKFLOW = "tell_many"
# Zendesk takes some seconds for a hundred tickets.
LOOK_AGAIN_SECONDS = 2.0
# A job that has not ended after so many looks is left to itself: its tickets are looked up one by one.
MOST_LOOKS = 150
# For tickets whose fate in a bulk job is not known: the job must be over before they are looked up.
SETTLE_SECONDS = 60.0


def tell_many_work(key: str, batch: list[JSON], accepted_at: datetime) -> Work:
    """`batch`: the news of at most 100 tickets."""
    tell = [
        dict(triage_work(f"{key}:{one['ticket_id']}", one["ticket_id"], TOLD, accepted_at, told=one).payload)
        for one in batch
    ]
    lane = f"bulk:{key}"
    return Work(WORKFLOW, key, lane, payload_of(WORKFLOW, key, lane, accepted_at, tell=tell, feeds=True))


@dataclass(frozen=True)
class TellMany:
    jobs: Jobs
    sending: Sending

    def tell(self, delivery: JSON) -> JSON:
        if "job" in delivery:
            return self._check(delivery)
        sent = self.jobs.step("send", self.sending.send, delivery)
        if "fault" in sent:
            return self.jobs.again(delivery, "send", sent["fault"])
        self._alone(delivery, sent["alone"], delay=0.0)
        self._alone(delivery, sent["unknown"], delay=SETTLE_SECONDS)
        if sent["job"]:
            followed = {**delivery, "job": sent["job"], "sent": sent["sent"], "looks": 1}
            self.jobs.runner.later(_check_work(followed))
        return {"sent": len(sent["sent"]), "alone": len(sent["alone"])}

    def _check(self, delivery: JSON) -> JSON:
        checked = self.jobs.step("check", self.sending.check, delivery)
        if "fault" in checked:
            return self.jobs.again(delivery, "check", checked["fault"])
        if checked.get("runs"):
            self.jobs.runner.later(_check_work({**delivery, "looks": delivery["looks"] + 1}))
            return checked
        self._alone(delivery, checked["alone"], delay=0.0)
        self._alone(delivery, checked["unknown"], delay=SETTLE_SECONDS)
        return checked

    def _alone(self, delivery: JSON, tickets: list[int], *, delay: float) -> None:
        """By themselves, as the same runs: what the bulk job did after all is recognised by the run id."""
        accepted_at = datetime.fromisoformat(delivery["accepted_at"])
        by_ticket = {one["ticket_id"]: one for one in delivery["tell"]}
        works = [
            triage_work(one["key"], one["ticket_id"], TOLD, accepted_at, told=one["told"])
            for one in (by_ticket[ticket_id] for ticket_id in tickets)
        ]
        if tickets and delivery.get("feeds"):  # else it is of a version that queued each at once, and may have begun to
            # In one life of this work no ticket is told alone twice: the first one names them all.
            key = f"{delivery['key']}:alone:{delivery.get('life', 0)}:{tickets[0]}"
            works = list(feed_works(key, works, accepted_at))
        for work in works:
            self.jobs.runner.later(replace(work, delay=delay))


def _check_work(delivery: JSON) -> Work:
    key = f"{delivery['key']}?{delivery['looks']}"
    return Work(WORKFLOW, key, delivery["lane"], delivery, delay=LOOK_AGAIN_SECONDS)


@dataclass(frozen=True)
class Sending:
    """The steps."""

    zendesk: Callable[[], ZendeskClient]
    recorder: Recorder
    loops: Loops
    rulebook: Rulebook
    now: Callable[[], datetime]

    def send(self, delivery: JSON) -> JSON:
        """`{"job", "sent", "alone", "unknown"}`. Raises IntegrationError when nothing was sent."""
        tell = {int(one["ticket_id"]): one for one in delivery["tell"]}
        # Tickets with an update under way: a crash between sending and its record, for one.
        alone = [ticket_id for ticket_id in tell if self.recorder.being_written(ticket_id)]
        snapshots = {one.id: one for one in self.zendesk().read_tickets([one for one in tell if one not in alone])}
        updates: list[tuple[int, TicketUpdate]] = []
        sent: list[JSON] = []
        for ticket_id, one in tell.items():
            snapshot = snapshots.get(ticket_id)
            if ticket_id in alone:
                continue
            if snapshot is None or snapshot.status in {"closed", "deleted"}:
                alone.append(ticket_id)
                continue
            if self.loops.over_budget(one):
                continue
            update, outcomes = self._update(one, snapshot)
            updates.append((ticket_id, update))
            sent.append({"ticket_id": ticket_id, "outcomes": [asdict(outcome) for outcome in outcomes]})
        if not updates:
            return {"job": "", "sent": [], "alone": alone, "unknown": []}
        try:
            job = self.zendesk().update_many(updates)
        except UnknownOutcome:
            return {"job": "", "sent": [], "alone": alone, "unknown": [ticket_id for ticket_id, _ in updates]}
        except IntegrationError:  # of anything else nobody knows: what is being written is looked up by the retry
            for ticket_id, _ in updates:
                self.recorder.not_written(tell[ticket_id]["run_id"])
            raise
        return {"job": job, "sent": sent, "alone": alone, "unknown": []}

    def _update(self, one: JSON, snapshot: TicketSnapshot) -> tuple[TicketUpdate, list[Outcome]]:
        rules = self.rulebook.current()
        decided = told(one, snapshot, self.recorder.last_written(snapshot.id), rules, self.now())
        made = draft(decided, Found(outcome="linked", issue=IssueRef(**one["told"]["issue"])), rules)
        self.recorder.about_to_write(decided, made.outcomes, made.add)
        return ticket_update(decided, made, None, None, rules.routing.limits.note_characters), made.outcomes

    def check(self, delivery: JSON) -> JSON:
        """`{"runs": True}`, or which tickets have to be told alone: now, or once their fate can be looked up."""
        try:
            job = self.zendesk().job(delivery["job"])
        except NotFound:
            return {"told": 0, "alone": [], "unknown": [one["ticket_id"] for one in delivery["sent"]]}
        if not job.ended and delivery["looks"] < MOST_LOOKS:
            return {"runs": True}
        results = {result.ticket_id: result for result in job.results}
        by_ticket: Mapping[int, JSON] = {one["ticket_id"]: one for one in delivery["tell"]}
        done, alone, unknown = 0, list[int](), list[int]()
        for one in delivery["sent"]:
            payload = by_ticket[one["ticket_id"]]
            result = results.get(one["ticket_id"])
            row = self.recorder.records.decisions.by_run(payload["run_id"])
            if result is None or row is None:
                unknown.append(one["ticket_id"])
            elif result.ok:
                self.recorder.finished(payload, row, [Outcome(**outcome) for outcome in one["outcomes"]])
                done += 1
            else:
                self.recorder.not_written(payload["run_id"])
                alone.append(one["ticket_id"])
        for outcome, tickets in (("done", done), ("alone", len(alone)), ("unknown", len(unknown))):
            BULK_UPDATES.labels(outcome).inc(tickets)
        return {"told": done, "alone": alone, "unknown": unknown}
