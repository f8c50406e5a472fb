"""A month of sample data for the desk: what people wrote is the shipped labelled tickets, what became of it is made up.

Always the same, but for the time that it ends at. The sandbox has its issues, and none of its tickets.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log
from random import Random
from types import MappingProxyType
from typing import Any

from app.demo.month_failures import (
    KeepTicket,
    SampleFailure,
    chat_failure,
    dealt_with,
    failing,
    gitlab_was_away,
)
from app.demo.month_issues import OpenIssue, SampleIssues
from app.demo.month_mentions import NEWEST_DAYS, SITES, other_mentions, ticket_mention
from app.demo.month_work import MARK, audit_entries, made_calls
from app.model.model_verdict import ModelVerdict
from app.model.training.labelled import LabelledTicket, shipped_tickets
from app.records.corrections import Correction
from app.records.decisions import Decision
from app.records.first_answers import AnsweredBy, FirstAnswer
from app.records.links import Link
from app.records.records import Records
from app.rules.actions.action import Action
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.loading import Rules
from app.triage.judge import Detect, Judged, Judgement, judge
from app.work.messages import run_id
from app.work.reconcile.first_answers import POSITION
from app.work.snapshot import ticket_as_json

DAYS = 30
TICKETS_A_DAY = 14
FIRST_TICKET = 20_001
_BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 9, 10, 10, 9, 8, 7, 5, 4, 3, 2, 2)
"""How much people write in each hour of a day."""
_BEGINS, _ENDS = 7, 19
"""The team's hours."""
_MEDIAN_SECONDS, _SPREAD = 20 * 60, 1.0
_MISTAKEN_FOR = ("general_question", "bug_report", "mention", "feature_request")
_SENT = 0.3
"""Of the replies that would be suggested, how many go out by themselves in this month."""
_WAITING, _FORGOTTEN = 0.25, 0.02
"""Tickets of the last two days, and older ones, that nobody has answered."""
_OVERRULED = 0.04
"""Of what a rule decided rightly, how much somebody saw otherwise."""
_NOTICED = 0.7
"""Of what was decided wrongly, or left to people, how much they have dealt with."""


@dataclass
class SampleMonth:
    records: Records
    rules: Rules
    detect: Detect
    now: datetime
    open_issue: OpenIssue
    keep_ticket: KeepTicket
    """Of what failed: it can be retried."""
    _random: Random = field(default_factory=lambda: Random(2026))  # noqa: S311  # nothing secret comes of it
    _doubts: Random = field(default_factory=lambda: Random(22))  # noqa: S311  # of its own: the rest stays as it is

    def fill(self) -> range:
        """Write it; the numbers of its tickets."""
        texts = [one for one in shipped_tickets() if not one.hard]
        self._random.shuffle(texts)
        issues = SampleIssues(self.records, self.now, self._random, self.open_issue)
        written = enumerate(zip(sorted(self._moments()), texts, strict=False), FIRST_TICKET)
        tickets = [(number, moment, text) for number, (moment, text) in written]
        failed, answers = failing(tickets, self.now), []
        for number, moment, text in tickets:
            for news in issues.news(until=moment):
                self.records.decisions.save(news)
            decision, judged = self._decided(number, text, moment)
            answers.append(self._first_answer(decision, judged, moment))
            if number in failed:
                self._fail(failed[number], decision, text, moment)
                continue
            self._keep(decision, issues.link(decision))
            self._mention(decision, text, moment)
            self._correct(decision, text)
        self.records.first_answers.save(answers)
        self.records.progress.reached(POSITION, str(int(self.now.timestamp())), now=self.now.isoformat())
        self.records.failures.add(chat_failure(self.now))
        gitlab_was_away(self.records.circuits, self.now)
        self.records.tracked_issues.save(issues.tracked)
        for news in issues.news(until=self.now):
            self.records.decisions.save(news)
        other_mentions(self.records.mentions, self.now)
        moments = {number: moment for number, moment, _ in tickets}
        deeds = [*audit_entries(issues.pause_one(), self.now), *dealt_with(self.records.failures, failed, moments)]
        for entry in sorted(deeds, key=lambda one: one.at):
            self.records.audit.add(entry)
        return range(FIRST_TICKET, FIRST_TICKET + len(answers))

    def _moments(self) -> Iterator[datetime]:
        """When people wrote: less at night and at weekends."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        for days_ago in range(DAYS):
            day = midnight - timedelta(days=days_ago)
            share = 0.4 if day.weekday() >= 5 else self._random.uniform(0.8, 1.3)
            for hour in self._random.choices(range(24), _BY_HOUR, k=round(TICKETS_A_DAY * share)):
                moment = day + timedelta(hours=hour, seconds=self._random.randrange(3600))
                if moment < self.now - timedelta(minutes=2):
                    yield moment

    def _decided(self, number: int, text: LabelledTicket, moment: datetime) -> tuple[Decision, Judged]:
        """As the rules in force decide today."""
        tags = (*text.tags, MARK)
        ticket = replace(text.ticket(), id=number, created_at=moment, updated_at=moment.isoformat(), tags=tags)
        judgement = Judgement(self.detect, lambda _ticket, _channel: self._said(text))
        judged = self._sending(judge(self.rules, ticket, judgement, now=moment))
        verdict, plan = judged.verdict, judged.plan
        decided = moment + timedelta(seconds=self._random.uniform(1, 4))
        kept = replace(ticket, channel=judged.channel.name, public=judged.channel.public)
        decision = Decision(
            run_id=run_id(f"{MARK}:{number}"),
            ticket_id=number,
            event="created",
            state="done",
            archetype=verdict.archetype,
            confidence=verdict.confidence,
            decided_by=verdict.decided_by,
            mode=plan.mode,
            channel=judged.channel.name,
            summary=verdict.why,
            tags=(f"archetype__{verdict.archetype}",) if verdict.archetype else (),
            actions=tuple(map(_outcome, plan.actions)),
            trace=tuple(dict(entry) for entry in verdict.trace),
            config_hash=self.rules.hash,
            ticket=ticket_as_json(kept),
            ticket_updated_at=moment.isoformat(),
            decided_at=decided.isoformat(),
            finished_at=(decided + timedelta(seconds=self._random.uniform(0.3, 2))).isoformat(),
            update_state="applied",
        )
        return decision, judged

    def _sending(self, judged: Judged) -> Judged:
        """Some of its replies by themselves."""
        sends = self._random.random() < _SENT
        actions = tuple(
            action.model_copy(update={"sent": True})
            if sends
            and isinstance(action, Reply)
            and not action.where
            and action.acts is False
            and not action.skip_reason
            else action
            for action in judged.plan.actions
        )
        return replace(judged, plan=judged.plan.model_copy(update={"actions": actions}))

    def _said(self, text: LabelledTicket) -> ModelVerdict:
        """A model that is mostly right. The real one was trained with these texts: it would always be."""
        share = self._random.betavariate(2, 1)
        best = text.gold if self._random.random() < 0.15 + 0.85 * share else self._random.choice(_MISTAKEN_FOR)
        other = next(name for name in _MISTAKEN_FOR if name != best)
        shares = {best: share, other: min(share, 1 - share) / 2}
        return ModelVerdict(MappingProxyType(shares), best, share, (), (), MARK, with_encoder=False)

    def _fail(self, sample: SampleFailure, decision: Decision, text: LabelledTicket, moment: datetime) -> None:
        """Nothing came of it, and people are told; or they have dealt with it."""
        failure, tries = sample.kept(decision.ticket_id, moment)
        made = sample.calls(decision.ticket_id, moment)

        def write(connection: Any) -> None:
            self.records.failures.add_within(connection, failure)
            self.records.calls.add_within(connection, decision.ticket_id, decision.run_id, made)

        self.records.decisions.save(sample.decided(decision, moment), write)
        for attempt in tries:
            self.records.attempts.add(attempt)
        self.keep_ticket(decision.ticket_id, text, moment)

    def _keep(self, decision: Decision, link: Link | None) -> None:
        """With its calls and its issue. In one transaction: the demo is to start soon."""
        made = made_calls(decision, link, self._random)
        if link is not None:
            decision = replace(decision, actions=tuple(_with_issue(action, link) for action in decision.actions))

        def write(connection: Any) -> None:
            self.records.routes_fired.add_within(connection, decision)
            self.records.calls.add_within(connection, decision.ticket_id, decision.run_id, made)
            if link is not None:
                self.records.links.save_within(connection, link, link.created_at)

        self.records.decisions.save(decision, write)

    def _mention(self, decision: Decision, text: LabelledTicket, moment: datetime) -> None:
        """What a feed brought that the ticket was made of."""
        if decision.channel in SITES and self.now - moment < timedelta(days=NEWEST_DAYS):
            ticket_mention(self.records.mentions, decision.ticket_id, decision.channel, text, moment)

    def _correct(self, decision: Decision, text: LabelledTicket) -> None:
        is_right = decision.archetype in text.right
        overruled = is_right and decision.decided_by.startswith("route:") and self._doubts.random() < _OVERRULED
        if not overruled and (is_right or self._random.random() > _NOTICED):
            return
        chosen = next(name for name in _MISTAKEN_FOR if name != decision.archetype) if overruled else text.gold
        dice = self._doubts if overruled else self._random
        at = datetime.fromisoformat(decision.decided_at) + timedelta(minutes=dice.uniform(5, 300))
        if at < self.now:
            by = dice.choice(("Ada", "Grace", "Linus"))
            self.records.corrections.save(
                Correction(
                    decision.ticket_id,
                    chosen,
                    decision.archetype,
                    decision.decided_by,
                    decision.ticket,
                    at.isoformat(),
                    by,
                )
            )

    def _first_answer(self, decision: Decision, judged: Judged, moment: datetime) -> FirstAnswer:
        row = FirstAnswer(ticket_id=decision.ticket_id, channel=decision.channel, created_at=moment.isoformat())
        kinds = {action.kind for action in judged.plan.actions if action.acts}
        by: AnsweredBy = "person"
        if any(isinstance(action, Reply) and action.sent for action in judged.plan.actions):
            by, answered = "us", moment + timedelta(seconds=self._random.uniform(2, 6))
        elif "status" in kinds and decision.archetype in {"mention", "spam", "political"}:
            return row._replace(solved_at=decision.finished_at)
        else:
            answered = self._answered_by_people(moment)
        age = self.now - moment
        if answered > self.now or self._random.random() < (_WAITING if age < timedelta(days=2) else _FORGOTTEN):
            return row
        at = answered.isoformat()
        return row._replace(answered_at=at, answered_by=by, solved_at=at)

    def _answered_by_people(self, moment: datetime) -> datetime:
        """In the team's hours, or as soon as they begin."""
        begins = moment
        if moment.hour < _BEGINS:
            begins = moment.replace(hour=_BEGINS)
        elif moment.hour >= _ENDS:
            begins = moment.replace(hour=_BEGINS) + timedelta(days=1)
        return begins + timedelta(seconds=self._random.lognormvariate(log(_MEDIAN_SECONDS), _SPREAD))


def _outcome(action: Action) -> dict[str, Any]:
    if action.skip_reason:
        return {"kind": action.kind, "state": "skipped", "detail": action.skip_reason}
    if action.kind in _NOTHING_NEAR:
        return {"kind": action.kind, "state": "skipped", "detail": _NOTHING_NEAR[action.kind]}
    match action:
        case Reply():
            detail = " ".join(action.details()[::-1])
        case Note():
            detail = action.title
        case _:
            detail = ", ".join(action.details())
    return {"kind": action.kind, "state": "done", "detail": detail}


_NOTHING_NEAR = {"docs": "no section of the documentation is near", "solved_tickets": "no solved ticket is near"}


def _with_issue(action: dict[str, Any], link: Link) -> dict[str, Any]:
    return action if action["kind"] != "issue" else {**action, "detail": f"{link.how} {link.project}#{link.iid}"}
