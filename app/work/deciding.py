"""The step that reads the ticket (one GET) and decides; or finds that there is nothing to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from app.metrics import CONDITION_ERRORS
from app.rules.team import is_bot
from app.triage.actions import Incident, Issue, Note, Plan, Reply, Tags
from app.triage.judge import Detect, Judged, chosen_by_person, judge
from app.triage.verdict import ARCHETYPE_TAG, DONE_TAG, Previous
from app.work.decided import Decided, Read
from app.work.draft import Outcome
from app.work.engine import JSON
from app.work.recording import Recorder
from app.work.rulebook import Rulebook
from app.work.tickets import ticket_from
from integrations.errors import NotFound
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import TicketSnapshot

log = structlog.get_logger(__name__)

MERGED_TAG = "closed_by_merge"


@dataclass(frozen=True)
class Deciding:
    zendesk: Callable[[], ZendeskClient]
    recorder: Recorder
    rulebook: Rulebook
    detect: Detect
    now: Callable[[], datetime]

    def decide(self, delivery: JSON) -> JSON:
        """`{"decided", "looks_for_issue"}`, or `{"ended": why}`. Raises IntegrationError."""
        if self._settle_lost_writes(delivery):
            return {"ended": "was already written"}
        try:
            snapshot = self.zendesk().read_ticket(delivery["ticket_id"])
        except NotFound:
            return self.recorder.explained(delivery, "The ticket is gone: deleted, or never seen by our token.")
        if snapshot.status in {"closed", "deleted"}:
            merged = MERGED_TAG in snapshot.tags
            why = "was merged into another" if merged else f"is {snapshot.status}"
            return self.recorder.explained(delivery, f"The ticket {why}: nothing can be changed in it.")
        return self._decide_link(delivery, snapshot) if "decided" in delivery else self._decide(delivery, snapshot)

    def _settle_lost_writes(self, delivery: JSON) -> bool:
        """An update whose answer was lost is looked up in the ticket's audits before anything else is decided."""
        own_is_there = False
        for row in self.recorder.being_written(delivery["ticket_id"]):
            if self.zendesk().has_run(row.ticket_id, row.run_id):
                self.recorder.finished(delivery, row, [Outcome(**action) for action in row.actions])
                own_is_there = own_is_there or row.run_id == delivery["run_id"]
            else:
                self.recorder.not_written(row.run_id)
        return own_is_there

    def _decide(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        rules = self.rulebook.current()
        ticket = ticket_from(snapshot, event="created" if delivery["event"] == "ticket.created" else "updated")
        if is_bot(rules.routing.team, ticket.requester):
            return self.recorder.explained(delivery, "Written by a bot that routing.yaml does not let start work.")
        last = self.recorder.last_written(snapshot.id)
        previous = Previous(last.archetype, last.tags) if last else None
        corrected = chosen_by_person(ticket, previous)
        if (previous and not corrected) or (previous is None and DONE_TAG in ticket.tags):
            return {"ended": "nothing changed that is ours to decide"}
        if corrected:
            ticket = replace(ticket, event="corrected")
        judged = judge(rules, ticket, detect=self.detect, now=self.now(), previous=previous)
        for failed in judged.matching.errors():
            CONDITION_ERRORS.labels(failed.route).inc()
            log.error("condition_failed", route=failed.route, path=failed.path, line=failed.line)
        return self._answer(_decided(delivery, snapshot, judged, rules.hash, self.now()))

    def _decide_link(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        """The second write adds the link to what was decided, unless a person decided otherwise meanwhile."""
        first = Decided.model_validate(delivery["decided"])
        if first.archetype and ARCHETYPE_TAG + first.archetype not in snapshot.tags:
            self.recorder.first_write_done(delivery)
            return {"ended": "a person changed the archetype before the link was there"}
        kept = tuple(action for action in first.plan.actions if isinstance(action, Issue | Incident | Reply))
        last_actions = (Tags(add=()), Note(sentences=("The link that was still missing:",)))
        return self._answer(
            first.model_copy(
                update={
                    "run_id": delivery["run_id"],
                    "event": "link",
                    "ticket": _read(snapshot, public=first.ticket.public),
                    "plan": Plan(mode=first.plan.mode, actions=(*kept, *last_actions)),
                }
            )
        )

    def _answer(self, decided: Decided) -> JSON:
        self.recorder.decided(decided)
        looks = any(isinstance(action, Issue | Incident) for action in decided.plan.wanted())
        return {"decided": decided.model_dump(mode="json"), "looks_for_issue": looks}


def _decided(delivery: JSON, snapshot: TicketSnapshot, judged: Judged, config_hash: str, now: datetime) -> Decided:
    verdict = judged.verdict
    return Decided(
        run_id=delivery["run_id"],
        event=delivery["event"],
        ticket=_read(snapshot, public=judged.channel.public),
        channel=judged.channel.name,
        where=judged.channel.link,
        archetype=verdict.archetype,
        confidence=verdict.confidence,
        decided_by=verdict.decided_by,
        why=verdict.why,
        plan=judged.plan,
        trace=verdict.trace,
        config_hash=config_hash,
        decided_at=now.isoformat(),
    )


def _read(snapshot: TicketSnapshot, *, public: bool) -> Read:
    return Read(
        id=snapshot.id,
        subject=snapshot.subject,
        body=snapshot.description,
        status=snapshot.status,
        tags=snapshot.tags,
        updated_at=snapshot.updated_at,
        public=public,
        url=snapshot.url,
        requester_name=snapshot.requester.name,
    )
