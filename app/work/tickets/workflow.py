"""The workflow of one ticket: read and decide, find or open its issue, write once, record. Each step is kept."""

from dataclasses import dataclass
from typing import TypeVar

from app.triage.judge import Judgement
from app.work.answers.find import AnswerFinder
from app.work.answers.keep import AnswerKeeper
from app.work.bulk.outbox import Outbox
from app.work.decisions.decision_log import DecisionLog, link_message
from app.work.decisions.language_model import LanguageModelFallback
from app.work.decisions.tag_commands import TagCommands
from app.work.documentation.find import SectionFinder
from app.work.issues.incidents import IncidentFinder
from app.work.issues.link_or_open import IssueLinker
from app.work.issues.report_counter import count_work
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import tried, try_later
from app.work.limits.caps import HourlyCaps
from app.work.messages import (
    AnsweredOnPost,
    AppliedLate,
    AskExpert,
    Ended,
    Failed,
    Fault,
    FindResult,
    IssueDelayed,
    IssueFound,
    LinkTicket,
    LookForSpike,
    TicketDecision,
    TicketMessage,
    ToWrite,
    TriageTicket,
    Work,
    WriteConflict,
    WriteDelayed,
    Written,
)
from app.work.provenance import Provenance
from app.work.search.text_index import TextIndex
from app.work.tickets.assignees import AssigneeCache
from app.work.tickets.decide import TicketDecider
from app.work.tickets.find_issue import IssueFinder
from app.work.tickets.own_posts import OwnPosts
from app.work.tickets.post_changes import PostChanges
from app.work.tickets.post_threads import PostThreads
from app.work.tickets.recover_write import WriteRecovery
from app.work.tickets.short_links import ShortLinkFinder
from app.work.tickets.write import TicketWriter
from app.work.tickets.write_budget import WriteBudget

# A conflict means that somebody is typing in the ticket right now: after this many rounds, come back later.
MOST_ROUNDS = 3
BUSY = Fault(
    service="zendesk",
    reason="ticket_busy",
    message="somebody else changed the ticket each time",
    retryable=True,
)

M = TypeVar("M", bound=TicketMessage)


def register(
    deps: Dependencies,
    *,
    judgement: Judgement,
    language_model: LanguageModelFallback | None,
    linker: IssueLinker,
    incidents: IncidentFinder,
    texts: TextIndex,
    provenance: Provenance,
) -> None:
    log, outbox = DecisionLog(deps), Outbox(deps)
    recovery = WriteRecovery(deps, log, outbox)
    workflow = TicketWorkflow(
        deps,
        log,
        recovery,
        TicketDecider(
            deps,
            log,
            judgement=judgement,
            language_model=language_model,
            caps=HourlyCaps(deps.records.capped_actions, deps.now, deps.engine.keep),
            commands=TagCommands(deps, provenance),
            provenance=provenance,
            recovery=recovery,
            budget=WriteBudget(deps, log),
            threads=PostThreads(deps),
            changes=PostChanges(deps, judgement),
            short_links=ShortLinkFinder(deps),
            posts=OwnPosts(deps.records.mentions),
            answers=AnswerKeeper(deps),
        ),
        IssueFinder(deps, linker, incidents, SectionFinder(texts), AnswerFinder(texts)),
        TicketWriter(deps, log, outbox, recovery, AssigneeCache(deps)),
    )
    for message in (TriageTicket, LinkTicket):
        deps.engine.register(message, workflow.run, log.crashed)


@dataclass(frozen=True)
class TicketWorkflow:
    deps: Dependencies
    log: DecisionLog
    recovery: WriteRecovery
    decider: TicketDecider
    finder: IssueFinder
    writer: TicketWriter

    def run(self, message: TriageTicket | LinkTicket) -> None:
        """Names of steps are stored: never rename one, never reorder them."""
        new = message.ticket_id if self.deps.engine.is_new else None
        with self.deps.records.decisions.read_once(new=new):
            self._run(message)

    def _run(self, message: TriageTicket | LinkTicket) -> None:
        previous = message.previous
        if previous and previous.update in {"unknown", "in_outbox"}:
            recovered = tried(self.deps, "recover", self.recovery.own, message, previous)
            if isinstance(recovered, Failed):
                self._later(message, "recover", recovered.fault)
                return
            message = message.after(previous.decision, previous.found, "not_applied")
            if isinstance(recovered, Written):
                self._what_follows(message, previous.decision, previous.found, recovered)
                return
        self._decide_and_write(message)

    def _decide_and_write(self, message: TriageTicket | LinkTicket) -> None:
        for _ in range(MOST_ROUNDS):
            decided = tried(self.deps, "decide", self.decider.decide, message, deferred=True)
            if isinstance(decided, Failed):
                return self._later(message, "decide", decided.fault)
            if isinstance(decided, AppliedLate):
                return self._applied_late(message)
            for name in decided.asks:
                self.deps.engine.later(_question(message, name))
            if isinstance(decided, Ended):
                return None
            again = self._write(message, decided)
            if again is None:
                return None
            message = again
        return self._later(message, "write", BUSY)

    def _write(self, message: M, decided: ToWrite) -> M | None:
        """None: done, or delayed; else what to decide again, because somebody changed the ticket meanwhile."""
        decision = decided.decision
        found: FindResult
        if decided.looks_for_issue:
            found = self.deps.engine.step("find", self.finder.find, message, decision, deferred=True)
        else:
            found = IssueFound()
        if isinstance(found, IssueDelayed) and not found.write_first:
            self._later(message, "find", found.fault)
            return None
        match self.deps.engine.step("write", self.writer.write, message, decision, found, deferred=True):
            case WriteConflict():
                return message.after(decision, found, "not_applied")
            case WriteDelayed() as delayed:
                self._later(message.after(decision, found, delayed.update), "write", delayed.fault)
            case Written() as written:
                if written.by_previous and message.previous:
                    decision, found = message.previous.decision, message.previous.found
                self._what_follows(message, decision, found, written)
        return None

    def _applied_late(self, message: TicketMessage) -> None:
        """By a request of this very work that was taken for lost: what follows from it is not queued yet."""
        previous = message.previous
        if previous is None:
            return
        recovered = tried(self.deps, "recover", self.recovery.own, message, previous)
        if isinstance(recovered, Failed):
            self._later(message, "recover", recovered.fault)
        elif isinstance(recovered, Written):
            self._what_follows(message, previous.decision, previous.found, recovered)

    def _what_follows(
        self, message: TicketMessage, decision: TicketDecision, found: FindResult, written: Written
    ) -> None:
        """More work, stored with this one."""
        message, later = message.without_previous(), self.deps.engine.later
        now = message.accepted_at
        if isinstance(found, IssueDelayed):
            self._later(link_message(message, decision), "find", found.fault)
        if issue := _linked(found):
            later(count_work(f"{message.key}:count", *issue, now))
        if written.spike_of:
            later(Work(LookForSpike(key=f"{message.key}:spike", accepted_at=now, archetype=written.spike_of)))
        if written.solves:
            later(_answered(message, written.solves))

    def _later(self, message: TicketMessage, step: str, fault: Fault) -> None:
        try_later(self.deps, self.log, message, step, fault)


def _linked(found: FindResult) -> tuple[int, int] | None:
    """The issue that one more ticket reports from now on; news of an issue name theirs without a project id."""
    issue = found.found.issue
    if issue is None or found.found.outcome != "linked" or not issue.project_id:
        return None
    return issue.project_id, issue.iid


def _question(message: TicketMessage, expert: str) -> Work:
    """Whether it was asked before, who asks finds out."""
    key, now = f"{message.key}:ask:{expert}", message.accepted_at
    return Work(AskExpert(key=key, accepted_at=now, ticket_id=message.ticket_id, expert=expert), once=True)


def _answered(message: TicketMessage, parent: int) -> Work:
    """The work on the ticket that this one answers."""
    return Work(
        TriageTicket(
            key=f"{message.key}:answers:{parent}",
            accepted_at=message.accepted_at,
            bulk=message.bulk,
            ticket_id=parent,
            cause=AnsweredOnPost(in_ticket=message.ticket_id),
        )
    )
