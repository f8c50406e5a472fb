"""The step that reads a ticket and decides about it: nothing here changes it."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from app.message.machines import is_automatic_answer
from app.message.message import read_message
from app.metrics import CONDITION_ERRORS
from app.records.decisions import FOLLOWING, Decision
from app.records.mentions import REMOVED
from app.rules.actions.incident import Incident
from app.rules.actions.issue import Issue
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags
from app.rules.archetypes import CAPPED
from app.rules.loading import Rules
from app.rules.team import is_bot
from app.rules.verdict import Choice, Previous
from app.tags import ARCHETYPE_TAG, CONFIRM_TAG, DONE_TAG, MERGED_TAG
from app.ticket import Ticket
from app.triage.backlog import held_back
from app.triage.deciders import chosen_by_person, is_confirmed
from app.triage.judge import Judged, Judgement, judge
from app.triage.plan import Plan
from app.work.answers.keep import AnswerKeeper
from app.work.decisions.decision_log import DecisionLog
from app.work.decisions.derived_decision import Earlier, derived
from app.work.decisions.expert_asked import expert_asked, experts_asked
from app.work.decisions.language_model import LanguageModelFallback
from app.work.decisions.notification import notification
from app.work.decisions.tag_commands import Command, TagCommands, carried_out, command_tag
from app.work.jobs.dependencies import Dependencies
from app.work.limits.caps import HourlyCaps
from app.work.messages import (
    AnsweredOnPost,
    AppliedLate,
    ArchetypeChosen,
    DecideResult,
    Ended,
    ExpertAsked,
    Failed,
    Fault,
    IssueNews,
    LinkChosen,
    LinkTicket,
    MentionChanged,
    TicketChanged,
    TicketDecision,
    TicketMessage,
    ToWrite,
    TriageTicket,
)
from app.work.provenance import Provenance, loop_stopped
from app.work.snapshot import judged_decision, reads_comments, ticket_from, ticket_read
from app.work.tickets.conversation import with_conversation
from app.work.tickets.own_posts import OURS, OwnPosts
from app.work.tickets.post_changes import PostChanges
from app.work.tickets.post_threads import PostThreads
from app.work.tickets.recover_write import WriteRecovery
from app.work.tickets.short_links import ShortLinkFinder
from app.work.tickets.write_budget import WriteBudget
from integrations.errors import NotFound
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot

log = structlog.get_logger(__name__)

WORTH_A_TICKET = frozenset({"done", "not_planned"})
UNDECIDED = Fault(
    service="pointsman",
    reason="not_decided_yet",
    message="the ticket's first look has not ended",
    retryable=True,
    outage=True,  # that look may wait for a service, which takes as long as it takes
)


@dataclass(frozen=True)
class TicketDecider:
    deps: Dependencies
    log: DecisionLog
    judgement: Judgement
    language_model: LanguageModelFallback | None
    caps: HourlyCaps
    commands: TagCommands
    provenance: Provenance
    recovery: WriteRecovery
    budget: WriteBudget
    threads: PostThreads
    changes: PostChanges
    short_links: ShortLinkFinder
    posts: OwnPosts
    answers: AnswerKeeper

    def decide(self, message: TriageTicket | LinkTicket) -> DecideResult:
        """Raises IntegrationError."""
        result = self._decide(message)
        if isinstance(result, ToWrite) and result.decision.plan.mode != "shadow":
            return self.budget.exhausted(message) or result
        if isinstance(result, Ended):
            self.log.forget_needless(message)
        return result

    def _decide(self, message: TriageTicket | LinkTicket) -> DecideResult:
        # Before anything else: while nobody knows whether an update is there, nothing can be decided.
        if self.recovery.before_reading(message):
            return _already_written(message)
        try:
            snapshot = self.deps.zendesk.read_ticket(message.ticket_id)
        except NotFound:
            self.answers.forget(message.ticket_id)
            return self._cannot_be_changed(
                message, "The ticket is gone: somebody deleted it, or our token may not read it."
            )
        # Also for one that was closed since: its record is not to say that nothing was done.
        if self.recovery.after_reading(message, snapshot):
            return _already_written(message)
        if snapshot.via_channel in OURS:
            snapshot = self.posts.without_deleted(snapshot)
        news = _news_of(message)
        if snapshot.status in {"closed", "deleted"} and not (news and self._wants_follow_up(snapshot, news)):
            self.answers.changed(snapshot)
            merged = MERGED_TAG in snapshot.tags
            why = "was merged into another" if merged else f"is {snapshot.status}"
            return self._cannot_be_changed(message, f"The ticket {why}: nothing can be changed in it.")
        if isinstance(message, LinkTicket):
            return self._link(message, snapshot)
        return self._by_cause(message, snapshot)

    def _by_cause(self, message: TriageTicket, snapshot: TicketSnapshot) -> DecideResult:
        match message.cause:
            case TicketChanged() as changed:
                decided = self._changed(message, changed, snapshot)
                rules = self.deps.rulebook.current()
                asks = experts_asked(snapshot.tags, rules) if rules.routing.chat.experts else ()
                has_ended = isinstance(decided, ToWrite | Ended)
                return decided.model_copy(update={"asks": asks}) if asks and has_ended else decided
            case ExpertAsked() as asked:
                last, rules = self.log.last_applied(snapshot.id), self.deps.rulebook.current()
                return self._to_write(expert_asked(message, asked, snapshot, last, rules=rules, now=self.deps.now()))
            case AnsweredOnPost() as answer:
                return self._answered(message, answer, snapshot)
            case MentionChanged() as changed:
                return self._post_changed(message, changed, snapshot)
            case ArchetypeChosen() | LinkChosen() as chosen:
                if isinstance(chosen, ArchetypeChosen):
                    decided = self._chosen(message, chosen, snapshot)
                else:
                    decided = self._link_chosen(message, chosen, snapshot)
                return decided
            case IssueNews() as news:
                last, rules = self.log.last_applied(snapshot.id), self.deps.rulebook.current()
                decision = notification(message, news, snapshot, last, rules=rules, now=self.deps.now())
                return ToWrite(decision=decision, looks_for_issue=True)

    def _wants_follow_up(self, snapshot: TicketSnapshot, news: IssueNews) -> bool:
        """For a ticket that is closed for good: is this news worth a new ticket, and is there anybody to tell?"""
        wanted = self.deps.rulebook.current().routing.closing.follow_up and not snapshot.requester.deleted
        return snapshot.status == "closed" and wanted and news.reason in WORTH_A_TICKET

    def _cannot_be_changed(self, message: TicketMessage, why: str) -> Ended:
        """Explained, unless that would hide a decision: a repeat comes after spam was deleted, say."""
        if self.log.last_applied(message.ticket_id) and not _news_of(message):
            return Ended(why=why)
        return self.log.explained(message, why)

    def _changed(self, message: TicketMessage, changed: TicketChanged, snapshot: TicketSnapshot) -> DecideResult:
        rules = self.deps.rulebook.current()
        ticket = ticket_from(snapshot, event="created" if changed.event == "ticket.created" else "updated")
        if is_bot(rules.routing.team, ticket.requester):
            return self.log.explained(message, "A bot wrote it that routing.yaml does not let start work.")
        last = self.log.last_applied(snapshot.id)
        if last:
            return self._look_again(message, changed, snapshot, ticket, last=last, rules=rules)
        if DONE_TAG in ticket.tags:
            return Ended(why="already triaged; no record of it in this database")
        snapshot = self._with_conversation(snapshot, rules)
        return self._first_look(message, snapshot, replace(ticket, body=snapshot.description), rules)

    def _first_look(
        self, message: TicketMessage, snapshot: TicketSnapshot, ticket: Ticket, rules: Rules
    ) -> DecideResult:
        chosen = chosen_by_person(ticket, None)
        if chosen is None and is_automatic_answer(ticket.subject, ticket.body):
            loop_stopped("auto_reply", "")
            return self.log.explained(message, "A machine wrote it: an out-of-office note, or a bounce.")
        if chosen and self.provenance.not_a_person(snapshot.id, tag := ARCHETYPE_TAG + chosen, rules.routing.team):
            ticket = replace(ticket, tags=tuple(one for one in ticket.tags if one != tag))
        elif chosen:
            ticket = replace(ticket, event="corrected")
        return self._judge(message, snapshot, ticket, None, rules=rules)

    def _with_conversation(self, snapshot: TicketSnapshot, rules: Rules) -> TicketSnapshot:
        if not reads_comments(snapshot, rules.routing):
            return snapshot
        return self.posts.without_deleted(with_conversation(snapshot, rules.routing, self.deps.zendesk))

    def _look_again(
        self,
        message: TicketMessage,
        changed: TicketChanged,
        snapshot: TicketSnapshot,
        ticket: Ticket,
        *,
        last: Decision,
        rules: Rules,
    ) -> DecideResult:
        self.answers.changed(snapshot)
        previous = Previous(last.archetype, last.tags)
        chosen = chosen_by_person(ticket, previous)
        confirmed = chosen == last.archetype and is_confirmed(ticket, previous)
        asked_by = CONFIRM_TAG if confirmed else ARCHETYPE_TAG + chosen if chosen else command_tag(ticket.tags)
        if asked_by and (why := self.provenance.not_a_person(snapshot.id, asked_by, rules.routing.team)):
            return Ended(why=why)
        if chosen:
            snapshot = self._with_conversation(snapshot, rules)
            ticket = replace(ticket, event="corrected", body=snapshot.description)
            if (last.ticket or last.forgotten) and chosen in rules.routing.archetypes:
                by = f"zendesk:{changed.actor_id}" if changed.actor_id else ""
                self.log.corrected(snapshot.id, chosen, last, by=by)
            return self._judge(message, snapshot, ticket, previous, rules=rules)
        command = self.commands.given(changed.actor_id, snapshot, last, rules)
        if command:
            snapshot = self._with_conversation(snapshot, rules)
            return self._to_write(carried_out(message, snapshot, rules, command, last=last, now=self.deps.now()))
        comment = self._new_comment(changed, snapshot, last, rules)
        if comment is None:
            return Ended(why="no change that needs a decision")
        ticket = replace(ticket, event="comment", subject="", body=comment)
        return self._judge(message, snapshot, ticket, previous, rules=rules)

    def _judge(
        self,
        message: TicketMessage,
        snapshot: TicketSnapshot,
        ticket: Ticket,
        previous: Previous | None,
        *,
        rules: Rules,
        choice: Choice | None = None,
    ) -> DecideResult:
        if ticket.via.channel in OURS:
            ticket = self.posts.placed(ticket)
        if "/" in ticket.subject or "/" in ticket.body:
            ticket = self.short_links.looked_up(ticket, rules.routing)
        judged = judge(rules, ticket, self.judgement, now=self.deps.now(), previous=previous, choice=choice)
        if self.language_model:
            judged = self.language_model.judge(rules, ticket, judged, previous)
        if message.mode:
            judged = held_back(rules, ticket, judged, message.mode, previous)
        if ticket.event == "comment" and judged.verdict.archetype is None:
            return Ended(why="no rule asks for this comment")
        for failed in judged.matching.errors():
            CONDITION_ERRORS.labels(failed.route).inc()
            log.error("condition_failed", route=failed.route, path=failed.path, line=failed.line)
        plan = judged.plan
        if any(action.acts and action.kind in CAPPED for action in plan.actions):
            plan = self.caps.within(plan, rules.routing, archetype=judged.verdict.archetype, run_id=message.run_id)
        return self._to_write(self._judged(message, snapshot, ticket, replace(judged, plan=plan), rules))

    def _judged(
        self, message: TicketMessage, snapshot: TicketSnapshot, ticket: Ticket, judged: Judged, rules: Rules
    ) -> TicketDecision:
        channel = rules.routing.channels.get(judged.channel.name)
        in_thread = channel is not None and channel.one_thread_per == "post"
        thread = self.threads.thread_of(snapshot.id, judged.channel) if in_thread else ""
        return judged_decision(message, snapshot, ticket, judged, rules, thread=thread, now=self.deps.now())

    def _chosen(self, message: TicketMessage, chosen: ArchetypeChosen, snapshot: TicketSnapshot) -> DecideResult:
        """On the desk. What a person chose in Zendesk meanwhile stays, and is looked at as it would be anyway."""
        rules, last = self.deps.rulebook.current(), self.log.last_verdict(snapshot.id)
        if last is None:
            return self._undecided(message)
        if chosen.archetype not in rules.routing.archetypes:
            return Ended(why=f"routing.yaml has no archetype {chosen.archetype} any more")
        previous = Previous(last.archetype, last.tags) if last.is_applied else None
        ticket = ticket_from(snapshot, event="updated")
        if chosen_by_person(ticket, previous):
            return Ended(why="a person chose the archetype in Zendesk meanwhile")
        snapshot = self._with_conversation(snapshot, rules)
        ticket = replace(ticket, event="corrected", body=snapshot.description)
        self.log.corrected(snapshot.id, chosen.archetype, last, by=f"desk:{chosen.by}")
        choice = Choice(chosen.archetype, chosen.by)
        return self._judge(message, snapshot, ticket, previous, rules=rules, choice=choice)

    def _link_chosen(self, message: TicketMessage, chosen: LinkChosen, snapshot: TicketSnapshot) -> DecideResult:
        """On the desk: as if an agent had given the command by a tag."""
        rules, last = self.deps.rulebook.current(), self.log.last_applied(snapshot.id)
        if last is None:
            return self._undecided(message)
        issue = f"{chosen.project}#{chosen.iid}"
        command = Command(f"{chosen.by} linked {issue} on the desk.", (), f"link:{issue}")
        snapshot = self._with_conversation(snapshot, rules)
        return self._to_write(carried_out(message, snapshot, rules, command, last=last, now=self.deps.now()))

    def _new_comment(
        self, changed: TicketChanged, snapshot: TicketSnapshot, last: Decision, rules: Rules
    ) -> str | None:
        """What the requester wrote since the last decision, if any route asks for comments. One more GET, only then."""
        if not rules.matcher.for_comments or changed.actor_id != str(snapshot.requester.id):
            return None
        written = [
            comment
            for comment in self.deps.zendesk.comments(snapshot.id)[1:]
            if comment.author_id == snapshot.requester.id
        ]
        newest = written[-1] if written else None
        if newest is None or is_decided(newest, last):
            return None
        channel = rules.routing.channels.get(last.channel)
        # A notification is always automatic; what it tells of, a person wrote.
        notifies = channel is not None and channel.reply == "elsewhere"
        if read_message("", newest.body, is_notification=notifies).by_machine or (newest.automatic and not notifies):
            loop_stopped("auto_reply", "")
            return None
        return newest.body

    def _link(self, message: LinkTicket, snapshot: TicketSnapshot) -> DecideResult:
        """The second write adds the link to what was decided, unless a person decided otherwise meanwhile."""
        first = message.decision
        if first.archetype and ARCHETYPE_TAG + first.archetype not in snapshot.tags:
            self.log.first_write_done(message)
            return Ended(why="a person changed the archetype before the link was there")
        snapshot = self._with_conversation(snapshot, self.deps.rulebook.current())
        kept = tuple(action for action in first.plan.actions if isinstance(action, Issue | Incident | Reply))
        added = (Tags(add=()), Note(title="The issue link, added later because GitLab was unavailable"))
        changes: dict[str, object] = {
            "run_id": message.run_id,
            "event": message.event,
            "ticket": ticket_read(snapshot, public=first.ticket.public),
            "plan": Plan(mode=first.plan.mode, actions=(*kept, *added)),
        }
        if self.posts.is_deleted(snapshot):  # meanwhile
            changes |= {"judged": replace(first.judged, subject="", body=""), "trace": ()}
        return self._to_write(first.model_copy(update=changes))

    def _answered(self, message: TicketMessage, answer: AnsweredOnPost, snapshot: TicketSnapshot) -> DecideResult:
        """One of us answered on the post itself: the ticket that was waiting for it is solved."""
        last = self.log.last_applied(snapshot.id)
        if last is None:
            return self._undecided(message)
        if snapshot.status == "solved":
            return Ended(why="solved already")
        rules = self.deps.rulebook.current()
        why = f"Answered on the post{f' by {answer.by}' if answer.by else ''}"
        why += f": {answer.url}" if answer.in_ticket is None else f"; the answer came in as ticket {answer.in_ticket}."
        actions = (Tags(add=()), Status(status="solved"), Note(title=why))
        earlier = Earlier.of(snapshot, last, rules)
        now = self.deps.now()
        return self._to_write(derived(message, snapshot, earlier, rules, why=why, actions=actions, now=now))

    def _post_changed(self, message: TicketMessage, changed: MentionChanged, snapshot: TicketSnapshot) -> DecideResult:
        last, mention = self.log.last_applied(snapshot.id), self.deps.records.mentions.by_id(changed.mention_id)
        if last is None:
            return self._undecided(message)
        if mention is None or mention.news != changed.news:
            return Ended(why="the post has changed once more")
        if changed.news != REMOVED and not mention.mention:
            return Ended(why="its text is too old to be kept")
        if (row := self.log.of_run(message.run_id, message.ticket_id)) and row.is_applied:
            return Ended(why="the ticket knows it already")
        rules = self.deps.rulebook.current()
        news = self.changes.news(snapshot, mention, last, rules)
        if news.judged is None:
            return self._to_write(news.noted(message, snapshot, last, rules, self.deps.now()))
        judged, routing = news.judged, rules.routing
        # An issue is opened about what the post says now.
        snapshot = replace(snapshot, subject=news.ticket.subject, description=news.ticket.body)
        plan = self.caps.within(judged.plan, routing, archetype=judged.verdict.archetype, run_id=message.run_id)
        return self._to_write(self._judged(message, snapshot, news.ticket, replace(judged, plan=plan), rules))

    def _undecided(self, message: TicketMessage) -> Failed | Ended:
        """What follows a first look comes after it, also where that waits for a service."""
        rows = self.deps.records.decisions.of_ticket(message.ticket_id)
        looks = (row for row in rows if row.event not in FOLLOWING and row.run_id != message.run_id)
        newest = next(looks, None)
        if newest and newest.state == "done":
            return Ended(why="it was left alone")
        return Failed(fault=UNDECIDED)

    def _to_write(self, decision: TicketDecision) -> ToWrite:
        decision = self.threads.placed(decision) if decision.thread else decision
        return ToWrite(decision=decision, looks_for_issue=any(one.looks_up for one in decision.plan.wanted()))


def is_decided(comment: CommentSnapshot, last: Decision) -> bool:
    """Is this what the last decision was about? Its text tells, or where that is no longer kept, its time."""
    if last.forgotten:
        return comment.created_at <= datetime.fromisoformat(last.decided_at)
    return comment.body == last.ticket.get("body")


def _news_of(message: TicketMessage) -> IssueNews | None:
    if isinstance(message, TriageTicket) and isinstance(message.cause, IssueNews):
        return message.cause
    return None


def _already_written(message: TicketMessage) -> DecideResult:
    return AppliedLate() if message.previous else Ended(why="was already written")
