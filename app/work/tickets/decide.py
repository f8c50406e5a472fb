"""The step that reads the ticket (one GET) and decides; or finds that there is nothing to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from app.metrics import CONDITION_ERRORS
from app.records.decisions import Decision
from app.rulebook import Rulebook
from app.rules.loading import Rules
from app.rules.team import is_bot
from app.tags import ARCHETYPE_TAG, DONE_TAG
from app.ticket import Ticket
from app.triage.actions import Incident, Issue, Note, Plan, Reply, SolveParent, Status, Tags
from app.triage.auto_reply import has_auto_reply_header, is_auto_reply_subject, is_auto_reply_text
from app.triage.deciders import chosen_by_person
from app.triage.judge import Judged, Judgement, judge, wants_opinion, with_opinion
from app.triage.verdict import Previous
from app.work.bulk.outbox import Parking
from app.work.engine.engine import JSON
from app.work.jobs.attempt import MADE
from app.work.language_model import SecondOpinion
from app.work.limits.caps import Capping
from app.work.messages import Decided
from app.work.snapshot import ticket_as_json, ticket_from
from app.work.tickets.compose import Outcome
from app.work.tickets.decision_log import Recorder
from app.work.tickets.derived_decision import Earlier, read, repeated
from app.work.tickets.notification import told
from app.work.tickets.recover_write import wait_for_another_stamp, was_applied
from app.work.tickets.tag_commands import ByHand, granted, tag_that_asks
from app.work.tickets.write_budget import Loops
from integrations.errors import NotFound
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot

log = structlog.get_logger(__name__)

WORTH_A_TICKET = frozenset({"done", "not_planned"})
MERGED_TAG = "closed_by_merge"


@dataclass(frozen=True)
class Deciding:
    zendesk: Callable[[], ZendeskClient]
    recorder: Recorder
    rulebook: Rulebook
    capping: Capping
    judgement: Judgement
    second_opinion: SecondOpinion
    by_hand: ByHand
    parking: Parking
    loops: Loops
    now: Callable[[], datetime]

    def decide(self, delivery: JSON) -> JSON:
        """`{"decided", "looks_for_issue"}`, or `{"ended": why}`. Raises IntegrationError."""
        decided = self._decide_if_any(delivery)
        if "decided" in decided and decided["decided"]["plan"]["mode"] != "shadow":
            return self.loops.over_budget(delivery) or decided
        if "ended" in decided and not decided.get("late"):
            self.recorder.needless(delivery["run_id"])
        return decided

    def _decide_if_any(self, delivery: JSON) -> JSON:
        if self._settle_lost_writes(delivery):
            return _already_written(delivery)
        try:
            snapshot = self.zendesk().read_ticket(delivery["ticket_id"])
        except NotFound:
            return self._cannot_be_changed(delivery, "The ticket is gone: deleted, or never seen by our token.")
        # Also of one that was closed since: its record is not to say that nothing was done.
        if self._settle_late_writes(delivery, snapshot):
            return _already_written(delivery)
        if snapshot.status == "closed" and "told" in delivery and self._wants_follow_up(delivery):
            return self._decide_told(delivery, snapshot)
        if snapshot.status in {"closed", "deleted"}:
            merged = MERGED_TAG in snapshot.tags
            why = "was merged into another" if merged else f"is {snapshot.status}"
            return self._cannot_be_changed(delivery, f"The ticket {why}: nothing can be changed in it.")
        return self._decide_open(delivery, snapshot)

    def _decide_open(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        for key, decide in (
            ("told", self._decide_told),
            ("decided", self._decide_link),
            ("answered_in", self._decide_answered),
        ):
            if key in delivery:
                return decide(delivery, snapshot)
        return self._decide(delivery, snapshot)

    def _wants_follow_up(self, delivery: JSON) -> bool:
        """For a ticket that is closed for good: is this news worth a new ticket?"""
        return self.rulebook.current().routing.closing.follow_up and delivery["told"]["reason"] in WORTH_A_TICKET

    def _settle_lost_writes(self, delivery: JSON) -> bool:
        """An update whose answer was lost is looked up in the ticket's audits before anything else is decided."""
        own_is_there = False
        under_way = self.recorder.under_way(delivery["ticket_id"], delivery["run_id"])
        if under_way:
            self.parking.take_back(delivery["ticket_id"])
        for row in (row for row in under_way if row.state != "working"):
            if self._settled(delivery, row):
                own_is_there = own_is_there or row.run_id == delivery["run_id"]
            else:
                wait_for_another_stamp(row, self.now())
                self.recorder.not_written(row.run_id)
        return own_is_there

    def _settle_late_writes(self, delivery: JSON, snapshot: TicketSnapshot) -> bool:
        """One that was taken for lost, and was applied later than anybody waited for it."""
        own = self.recorder.written(delivery["run_id"]) if MADE in delivery else None
        late = [
            row.run_id == delivery["run_id"]
            for row in self.recorder.under_way(snapshot.id)
            if DONE_TAG in snapshot.tags and row.tags and self._settled(delivery, row)
        ]
        found_by_others = own is not None and own.is_written
        return found_by_others or any(late)

    def _settled(self, delivery: JSON, row: Decision) -> bool:
        if not was_applied(self.zendesk(), row):
            return False
        if MADE not in delivery or row.run_id != delivery["run_id"]:  # its own work knows what follows from it
            self.recorder.finished(delivery, row, [Outcome(**action) for action in row.actions])
        return True

    def _cannot_be_changed(self, delivery: JSON, why: str) -> JSON:
        """Said at the desk, unless it would hide a decision: a repeat comes after spam was deleted, say."""
        is_news = "told" in delivery
        if self.recorder.last_written(delivery["ticket_id"]) and not is_news:
            return {"ended": why}
        return self.recorder.explained(delivery, why)

    def _decide(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        rules = self.rulebook.current()
        ticket = ticket_from(snapshot, event="created" if delivery["event"] == "ticket.created" else "updated")
        if is_bot(rules.routing.team, ticket.requester):
            return self.recorder.explained(delivery, "Written by a bot that routing.yaml does not let start work.")
        last = self.recorder.last_written(snapshot.id)
        if last:
            return self._look_again(delivery, snapshot, ticket, last, rules=rules)
        if DONE_TAG in ticket.tags:
            return {"ended": "decided before our records begin"}
        return self._first_look(delivery, snapshot, ticket, rules)

    def _first_look(self, delivery: JSON, snapshot: TicketSnapshot, ticket: Ticket, rules: Rules) -> JSON:
        chosen = chosen_by_person(ticket, None)
        if chosen is None and (is_auto_reply_subject(ticket.subject) or has_auto_reply_header(ticket.body)):
            self.loops.auto_reply()
            return self.recorder.explained(delivery, "An automatic answer: out of office, or a bounce.")
        if chosen and self.loops.not_a_person(snapshot.id, tag := ARCHETYPE_TAG + chosen, rules.routing.team):
            ticket = replace(ticket, tags=tuple(one for one in ticket.tags if one != tag))
        elif chosen:
            ticket = replace(ticket, event="corrected")
        return self._judge(delivery, snapshot, ticket, None, rules=rules)

    def _look_again(
        self, delivery: JSON, snapshot: TicketSnapshot, ticket: Ticket, last: Decision, *, rules: Rules
    ) -> JSON:
        previous = Previous(last.archetype, last.tags)
        chosen = chosen_by_person(ticket, previous)
        asked_by = ARCHETYPE_TAG + chosen if chosen else tag_that_asks(ticket.tags)
        if asked_by and (why := self.loops.not_a_person(snapshot.id, asked_by, rules.routing.team)):
            return {"ended": why}
        if chosen:
            ticket = replace(ticket, event="corrected")
            if (last.ticket or last.forgotten) and chosen in rules.routing.archetypes:
                self.recorder.corrected(snapshot.id, chosen, last)
            return self._judge(delivery, snapshot, ticket, previous, rules=rules)
        wish = self.by_hand.wish(delivery, snapshot, last, rules)
        if wish:
            return self._answer(granted(delivery, snapshot, rules, wish, last=last, now=self.now()))
        comment = self._new_comment(delivery, snapshot, last, rules)
        if comment is None:
            return {"ended": "nothing changed that is ours to decide"}
        ticket = replace(ticket, event="comment", subject="", body=comment)
        return self._judge(delivery, snapshot, ticket, previous, rules=rules)

    def _judge(
        self, delivery: JSON, snapshot: TicketSnapshot, ticket: Ticket, previous: Previous | None, *, rules: Rules
    ) -> JSON:
        judged = judge(rules, ticket, self.judgement, now=self.now(), previous=previous)
        if wants_opinion(ticket, judged):
            judged = self._second_opinion(rules, ticket, judged, previous)
        if ticket.event == "comment" and judged.verdict.archetype is None:
            return {"ended": "no rule asks for this comment"}
        for failed in judged.matching.errors():
            CONDITION_ERRORS.labels(failed.route).inc()
            log.error("condition_failed", route=failed.route, path=failed.path, line=failed.line)
        plan = self.capping.within(
            judged.plan, rules.routing, archetype=judged.verdict.archetype, run_id=delivery["run_id"]
        )
        judged = replace(judged, plan=plan)
        return self._answer(_decided(delivery, snapshot, ticket=ticket, judged=judged, rules=rules, now=self.now()))

    def _second_opinion(self, rules: Rules, ticket: Ticket, judged: Judged, previous: Previous | None) -> Judged:
        asked = self.second_opinion.ask(ticket, channel_public=judged.channel.public, rules=rules)
        if asked is None:
            return judged
        return with_opinion(rules, ticket, judged, asked.verdict, detail=asked.detail, previous=previous)

    def _new_comment(self, delivery: JSON, snapshot: TicketSnapshot, last: Decision, rules: Rules) -> str | None:
        """What the requester wrote since the last decision, if any route asks for comments. One more GET, only then."""
        if not rules.matcher.for_comments or delivery.get("actor_id") != str(snapshot.requester.id):
            return None
        written = [
            comment
            for comment in self.zendesk().comments(snapshot.id)[1:]
            if comment.author_id == snapshot.requester.id
        ]
        newest = written[-1] if written else None
        if newest is None or is_decided(newest, last):
            return None
        channel = rules.routing.channels.get(last.channel)
        # A notification is always automatic; what it tells of, a person wrote.
        notifies = channel is not None and channel.reply == "elsewhere"
        if is_auto_reply_text(newest.body) or (newest.automatic and not notifies):
            self.loops.auto_reply()
            return None
        return newest.body

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
                    "ticket": read(snapshot, public=first.ticket.public),
                    "plan": Plan(mode=first.plan.mode, actions=(*kept, *last_actions)),
                }
            )
        )

    def _decide_answered(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        """One of us answered on the post itself: the ticket that was waiting for it is solved."""
        last = self.recorder.last_written(snapshot.id)
        if snapshot.status == "solved" or last is None:
            return {"ended": "solved already"}
        rules = self.rulebook.current()
        why = f"Answered on the post; the answer came in as ticket {delivery['answered_in']}."
        actions = (Tags(add=()), Status(status="solved"), Note(sentences=(why,)))
        earlier = Earlier.of(snapshot, last, rules)
        return self._answer(repeated(delivery, snapshot, earlier, rules, why=why, actions=actions, now=self.now()))

    def _decide_told(self, delivery: JSON, snapshot: TicketSnapshot) -> JSON:
        """Its issue has news."""
        last, rules = self.recorder.last_written(snapshot.id), self.rulebook.current()
        return _to_write(told(delivery, snapshot, last, rules, self.now()), looks=True)

    def _answer(self, decided: Decided) -> JSON:
        if any(isinstance(action, SolveParent) for action in decided.plan.wanted()):
            decided = decided.model_copy(update={"parent": self.recorder.waits_in_thread(decided)})
        return _to_write(decided, looks=any(isinstance(one, Issue | Incident) for one in decided.plan.wanted()))


def is_decided(comment: CommentSnapshot, last: Decision) -> bool:
    """Is this what the last decision was about? Its text tells, or where that is no longer kept, its time."""
    if last.forgotten:
        return comment.created_at <= datetime.fromisoformat(last.decided_at)
    return comment.body == last.ticket.get("body")


def _to_write(decided: Decided, *, looks: bool) -> JSON:
    return {"decided": decided.model_dump(mode="json"), "looks_for_issue": looks}


def _already_written(delivery: JSON) -> JSON:
    return {"ended": "was already written", "late": MADE in delivery}


def _decided(
    delivery: JSON, snapshot: TicketSnapshot, *, ticket: Ticket, judged: Judged, rules: Rules, now: datetime
) -> Decided:
    verdict, channel = judged.verdict, rules.routing.channels.get(judged.channel.name)
    per_post = channel is not None and channel.one_thread_per == "post"
    return Decided(
        run_id=delivery["run_id"],
        event=delivery["event"],
        ticket=read(snapshot, public=judged.channel.public),
        channel=judged.channel.name,
        where=judged.channel.link,
        archetype=verdict.archetype,
        confidence=verdict.confidence,
        decided_by=verdict.decided_by,
        why=verdict.why,
        plan=judged.plan,
        trace=verdict.trace,
        config_hash=rules.hash,
        snapshot=ticket_as_json(ticket, channel=judged.channel.name, public=judged.channel.public),
        # The part behind # names the comment, the rest the post.
        thread=judged.channel.link.partition("#")[0][:512] if per_post else "",
        decided_at=now.isoformat(),
    )
