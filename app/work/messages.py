"""What workflows take and what their steps answer, as it is stored with the work: typed, so that nobody has to guess.

A message names its workflow by `kind`; a step's answer that can be several things names which by `kind`. Both are kept
in the database while work is under way: from version 0.2.0 on, a field that is stored is never renamed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.feeds.mention import Mention
from app.records.decisions import PARTITION, UpdateState
from app.rules.actions.findings import Found, IssueRef
from app.rules.schema.base import Mode
from app.ticket import Ticket
from app.triage.plan import Plan

NewsReason = Literal["done", "not_planned", "unexplained", "duplicate", "moved", "gone", "reopened", "incident_over"]
"""What in `closing:` of routing.yaml says what follows."""


class Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- values that messages and answers are made of ---------------------------------------------------------------------


class Fault(Stored):
    """Why a step did not succeed."""

    service: str
    reason: str
    message: str
    retryable: bool
    retry_after: float | None = None
    outage: bool = False
    """The service is down or limits us; the request was certainly not carried out."""
    untried: bool = False
    """We did not even ask: it uses up no attempt."""


class TicketRead(Stored):
    """The ticket as it was read, as far as acting on it needs it."""

    id: int
    subject: str
    body: str
    status: str
    tags: tuple[str, ...]
    updated_at: str
    public: bool
    url: str
    requester_name: str
    requester_id: int = 0
    requester_deleted: bool = False
    requester_reached: bool = True
    """By an answer from Zendesk."""


class TicketDecision(Stored):
    """A decision that is about to be carried out."""

    run_id: str
    event: str
    ticket: TicketRead
    channel: str
    where: str
    archetype: str | None
    confidence: str
    decided_by: str
    why: str
    plan: Plan
    trace: tuple[Mapping[str, object], ...]
    config_hash: str
    judged: Ticket
    """The ticket as the rules saw it: kept with the decision."""
    thread: str
    answer: str = ""
    """What a team member wrote for the reporter, if that is the news."""
    parent: int | None = None
    """The ticket that this one answers, where the plan solves it too."""
    decided_at: str


class KnownOfIssue(Stored):
    """What a ticket was told of its issue beside the state."""

    labels: tuple[str, ...] = ()
    milestone: str = ""
    public: bool | None = None
    """Of an incident: may a stranger read it?"""


# --- answers of the steps of a ticket ---------------------------------------------------------------------------------


class Failed(Stored):
    """The service did not do it: try later, or tell people."""

    kind: Literal["failed"] = "failed"
    fault: Fault


class Ended(Stored):
    """There is nothing to do, and why."""

    kind: Literal["ended"] = "ended"
    why: str
    asks: tuple[str, ...] = ()
    """As below."""


class ToWrite(Stored):
    """A decision that the ticket's update has to carry out."""

    kind: Literal["to_write"] = "to_write"
    decision: TicketDecision
    looks_for_issue: bool
    asks: tuple[str, ...] = ()
    """Experts whom the ticket's tags ask for, by name."""


class AppliedLate(Stored):
    """The update of an earlier attempt of this very work is in the ticket, although it was taken for lost."""

    kind: Literal["applied_late"] = "applied_late"


DecideResult = ToWrite | AppliedLate | Ended | Failed


class IssueFound(Stored):
    kind: Literal["found"] = "found"
    found: Found = Found()


class IssueDelayed(Stored):
    """GitLab does not answer now. `write_first`: the tags go now, and the link follows; else the tags wait for it."""

    kind: Literal["delayed"] = "delayed"
    found: Found
    fault: Fault
    write_first: bool


class IssueImpossible(Stored):
    """GitLab refuses for good: the note says so, and people are told once the ticket is written."""

    kind: Literal["impossible"] = "impossible"
    found: Found
    fault: Fault


FindResult = IssueFound | IssueDelayed | IssueImpossible


class Written(Stored):
    """The update is in the ticket."""

    kind: Literal["written"] = "written"
    state: Literal["done", "failed", "waiting"]
    """`waiting`: the link of its issue follows; `failed`: one of its actions did."""
    solves: int | None = None
    """The ticket of the same post that this one answers."""
    spike_of: str = ""
    """The archetype, if many of it at once are told to the chat."""
    by_previous: bool = False
    """The ticket has what the previous attempt decided, not what this one did."""


class WriteConflict(Stored):
    """Somebody changed the ticket since it was read: decide again."""

    kind: Literal["conflict"] = "conflict"


class WriteDelayed(Stored):
    """Try later; `update` says what the next attempt must find out first."""

    kind: Literal["delayed"] = "delayed"
    fault: Fault
    update: Literal["not_applied", "in_outbox", "unknown"]


class NotApplied(Stored):
    """The update of the previous attempt is not in the ticket: decide again."""

    kind: Literal["not_applied"] = "not_applied"


WriteResult = Written | WriteConflict | WriteDelayed | Ended


class Wait(Stored):
    """Seconds until the next attempt; None: give up."""

    seconds: float | None


# --- messages: what workflows take ------------------------------------------------------------------------------------


def run_id(key: str) -> str:
    """What the work with this key is called in a ticket's audits: its idempotency key at Zendesk."""
    return "pm" + hashlib.sha256(key.encode()).hexdigest()[:24]


class Message(Stored):
    """What every workflow takes. The same work has the same `key`, whatever becomes of it."""

    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "bulk"
    is_periodic: ClassVar[bool] = False
    """The next one does what this one left undone: that it fails each time is one failure."""
    kind: str
    key: str
    accepted_at: datetime
    attempt: int = 1
    outages: int = 0
    """How many of the attempts met an outage: these have a patience of their own."""
    waits: int = 0
    """How often it waited without an attempt."""
    generation: int = 0
    """How often a person has it retried."""
    looks: int = 0
    """How often it came back to look whether something else has ended."""
    bulk: bool = False
    """Nobody waits for it: what people wait for goes first."""

    @property
    def partition(self) -> str:
        """What must not run side by side."""
        return self.kind

    @property
    def run_id(self) -> str:
        """The same over all attempts and generations."""
        return run_id(self.key)

    @property
    def work_id(self) -> str:
        """Of this attempt: what the engine knows it by."""
        parts = [self.key]
        if self.generation:
            parts.append(f"!{self.generation}")
        if self.attempt > 1 or self.waits:
            parts.append(f"+{self.attempt}" + (f"w{self.waits}" if self.waits else ""))
        if self.looks:
            parts.append(f"?{self.looks}")
        return "".join(parts)

    def with_key(self, key: str) -> Self:
        return self.model_copy(update={"key": key})


class TicketChanged(Stored):
    """A delivery says that the ticket is new or changed. `actor_id`: who changed it, as far as the sender says."""

    kind: Literal["changed"] = "changed"
    event: Literal["ticket.created", "ticket.updated"]
    actor_id: str = ""


class IssueNews(Stored):
    """What the ticket's advocates are told: news of its issue, or of a message in the chat."""

    kind: Literal["news"] = "news"
    event: Literal["issue_changed", "announced"] = "issue_changed"
    sentences: tuple[str, ...]
    reason: NewsReason | None = None
    issue: IssueRef | None = None
    answer: str = ""
    """What a team member wrote for the reporter."""
    in_bulk: bool = False
    """One of so many that they go to Zendesk in bulk jobs."""


class AnsweredOnPost(Stored):
    """A team member answered on the post itself."""

    kind: Literal["answered"] = "answered"
    event: Literal["answered"] = "answered"
    in_ticket: int | None = None
    """The ticket as which the answer came in; None: a feed saw it."""
    by: str = ""
    url: str = ""


class MentionChanged(Stored):
    """The post was edited or deleted since its ticket was made."""

    kind: Literal["post_changed"] = "post_changed"
    event: Literal["post_changed"] = "post_changed"
    mention_id: int
    news: str
    """As the mention has it; another one there is newer, and follows by itself."""


class ExpertAsked(Stored):
    """Somebody was asked about the ticket in the chat, or could not be."""

    kind: Literal["asked"] = "asked"
    event: Literal["asked"] = "asked"
    sentence: str
    next: tuple[str, ...] = ()
    """What an advocate should do now."""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class ArchetypeChosen(Stored):
    """Somebody chose the archetype on the desk."""

    kind: Literal["chosen"] = "chosen"
    event: Literal["chosen"] = "chosen"
    archetype: str
    by: str


class LinkChosen(Stored):
    """Somebody linked an issue on the desk."""

    kind: Literal["link_chosen"] = "link_chosen"
    event: Literal["link_chosen"] = "link_chosen"
    project: str
    iid: int
    by: str


Cause = Annotated[
    TicketChanged | IssueNews | AnsweredOnPost | MentionChanged | ExpertAsked | ArchetypeChosen | LinkChosen,
    Field(discriminator="kind"),
]


class PreviousAttempt(Stored):
    """What the attempt before decided and found, and what is known of its update."""

    update: UpdateState
    decision: TicketDecision
    found: FindResult


class TicketMessage(Message):
    """Work on one ticket."""

    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "tickets"
    ticket_id: int
    previous: PreviousAttempt | None = None
    mode: Mode | None = None
    """At most in this mode, and no reply by itself: it is about what was written long ago."""

    @property
    def partition(self) -> str:
        return ticket_partition(self.ticket_id)

    @property
    def event(self) -> str:
        raise NotImplementedError

    @property
    def goes_in_bulk(self) -> bool:
        """Its update goes to the outbox at once. What the outbox gave back, because it did not fill up, goes alone."""
        return False

    def without_previous(self) -> Self:
        return self.model_copy(update={"previous": None})

    def after(self, decision: TicketDecision, found: FindResult, update: UpdateState) -> Self:
        """The same with what this attempt made: its update may be in the ticket one day, whatever is known now."""
        previous = PreviousAttempt(update=update, decision=decision, found=found)
        return self.model_copy(update={"previous": previous})


class TriageTicket(TicketMessage):
    """Read the ticket, decide, act."""

    kind: Literal["triage_ticket"] = "triage_ticket"
    cause: Cause

    @property
    def event(self) -> str:
        return self.cause.event

    @property
    def goes_in_bulk(self) -> bool:
        return isinstance(self.cause, IssueNews) and self.cause.in_bulk and self.previous is None


class LinkTicket(TicketMessage):
    """The second write: the link alone, whose tags are on the ticket already."""

    kind: Literal["link_ticket"] = "link_ticket"
    decision: TicketDecision
    """The first write's."""

    @property
    def run_id(self) -> str:
        return f"{self.decision.run_id}-link"

    @property
    def event(self) -> str:
        return "link"


def ticket_partition(ticket_id: int) -> str:
    """One ticket is worked on by one worker at a time."""
    return f"{PARTITION}{ticket_id}"


class IssueMessage(Message):
    """Work on one issue."""

    project_id: int
    iid: int

    @property
    def partition(self) -> str:
        return f"issue:{self.project_id}#{self.iid}"


class FollowIssue(IssueMessage):
    """Look at an issue, and notify its tickets of what they do not know yet."""

    kind: Literal["follow_issue"] = "follow_issue"
    after: int = 0
    """The last link of the batch before: an issue may have any number of tickets."""


class RelayNote(IssueMessage):
    """A note on an issue may hold an answer for the people who reported it."""

    kind: Literal["relay_note"] = "relay_note"
    note_id: int
    after: int = 0
    """As above."""


class CountReports(IssueMessage):
    """Keep our note on an issue up to date: how many people reported it."""

    kind: Literal["count_reports"] = "count_reports"


class SyncIssues(Message):
    """Bring our copy of a tracker up to date."""

    is_periodic: ClassVar = True
    kind: Literal["sync_issues"] = "sync_issues"
    path: str

    @property
    def partition(self) -> str:
        return f"sync:{self.path}"


class SyncDocumentation(Message):
    """Bring our copy of the documentation up to date."""

    is_periodic: ClassVar = True
    kind: Literal["sync_documentation"] = "sync_documentation"


class ReconcileIssues(Message):
    """Compare the issues that tickets follow with what the tickets were told."""

    is_periodic: ClassVar = True
    kind: Literal["reconcile_issues"] = "reconcile_issues"
    after: tuple[int, int] = (0, 0)


class ReconcileTickets(Message):
    """Take up changed tickets that no webhook reported."""

    is_periodic: ClassVar = True
    kind: Literal["reconcile_tickets"] = "reconcile_tickets"


class SyncFirstAnswers(Message):
    """Read from Zendesk when tickets were created, first answered and solved."""

    is_periodic: ClassVar = True
    kind: Literal["sync_first_answers"] = "sync_first_answers"


class EnqueueTickets(Message):
    """Work on tickets that nobody waits for: handed to the queue as it has room."""

    kind: Literal["enqueue_tickets"] = "enqueue_tickets"
    tickets: tuple[TriageTicket, ...]
    idle: int = 0
    """How many looks in a row found no room."""


class BulkJob(Message):
    """Send what waits in the outbox as one bulk job. `job`: one that was sent, and is looked at until it has ended."""

    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "writing"
    kind: Literal["bulk_job"] = "bulk_job"
    job: str = ""

    @property
    def partition(self) -> str:
        return f"{self.kind}:{self.key}" if self.job else self.kind


class TakeMentions(Message):
    """Keep what was handed over, and have a ticket made of each mention that is new."""

    kind: Literal["take_mentions"] = "take_mentions"
    mentions: tuple[Mention, ...]
    problems: tuple[str, ...] = ()
    """What is wrong with the other items of the same delivery."""
    hook: str = ""
    """Of `mentions:` in routing.yaml, which says what of it is wanted; empty: everything."""


class CreateMentionTicket(Message):
    """Make the one ticket of a mention."""

    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "tickets"
    kind: Literal["create_mention_ticket"] = "create_mention_ticket"
    mention_id: int
    mode: Mode | None = None
    """Of its ticket's first decision; see TriageTicket."""

    @property
    def partition(self) -> str:
        return f"mention:{self.mention_id}"


class ReadFeed(Message):
    """See what is new in a feed of routing.yaml."""

    kind: Literal["read_feed"] = "read_feed"
    feed: str

    @property
    def partition(self) -> str:
        return f"feed:{self.feed}"


class BackfillMessage(Message):
    """Read one more page of what is from before."""

    since: datetime
    mode: Literal["suggest", "live"] = "suggest"
    left: int
    """How many tickets the run may still make."""
    run: int = 1
    page: int = 1
    before: str = ""
    """Where the page begins, in the source's own terms."""

    @property
    def source(self) -> str:
        """As people call it."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What its progress is kept by."""
        return f"{self.partition}:{self.since.isoformat()}:{self.mode}"

    @property
    def partition(self) -> str:
        return f"{self.kind}:{self.source}"

    def keyed(self) -> Self:
        return self.with_key(f"{self.name}:{self.run}:{self.page}")


class Backfill(BackfillMessage):
    """Of a feed's source."""

    kind: Literal["backfill"] = "backfill"
    feed: str

    @property
    def source(self) -> str:
        return self.feed


class BackfillTickets(BackfillMessage):
    """Of the tickets in Zendesk: those that nobody decided about."""

    kind: Literal["backfill_tickets"] = "backfill_tickets"

    @property
    def source(self) -> str:
        return "zendesk"


class LookForSpike(Message):
    """Does a spike of an archetype begin? Then tell the chat."""

    kind: Literal["look_for_spike"] = "look_for_spike"
    archetype: str

    @property
    def partition(self) -> str:
        return f"spike:{self.archetype}"


class AskExpert(Message):
    """Ask an expert in the chat about a ticket."""

    kind: Literal["ask_expert"] = "ask_expert"
    ticket_id: int
    expert: str
    by: str = ""
    """Who asks; empty: whoever set the tag."""
    question: str = ""
    """Empty: what the ticket says."""

    @property
    def partition(self) -> str:
        return f"ask:{self.ticket_id}"


class CheckForChat(Message):
    """What the chat has to be told of: backlog, failures, silent webhooks."""

    is_periodic: ClassVar = True
    kind: Literal["check_for_chat"] = "check_for_chat"


class Prune(Message):
    """Drop what is older than `retention:` of routing.yaml allows."""

    is_periodic: ClassVar = True
    kind: Literal["prune"] = "prune"


MESSAGES: TypeAdapter[Message] = TypeAdapter(
    Annotated[
        TriageTicket
        | LinkTicket
        | FollowIssue
        | RelayNote
        | CountReports
        | SyncIssues
        | SyncDocumentation
        | ReconcileIssues
        | ReconcileTickets
        | SyncFirstAnswers
        | EnqueueTickets
        | BulkJob
        | TakeMentions
        | CreateMentionTicket
        | ReadFeed
        | Backfill
        | BackfillTickets
        | LookForSpike
        | AskExpert
        | CheckForChat
        | Prune,
        Field(discriminator="kind"),
    ]
)
"""Any message, from where it is kept: a failure, or suspended work."""


@dataclass(frozen=True, slots=True)
class Work:
    """One workflow to run."""

    message: Message
    delay: float = 0.0
    """Seconds until it may start: a durable wait that holds neither a thread nor the partition."""
    once: bool = False
    """A second one of this key is the same work whenever it comes; no delivery of something that may have changed."""
    merged: bool = False
    """What waits of its kind in its partition does it too: it reads the newest state when it begins."""


@dataclass(frozen=True, slots=True)
class UnreadableWork:
    """What is stored under a kind that we know, and is no message of it: another version wrote it."""

    kind: str
    work_id: str
    stored: str
    """Its fields as JSON text."""


class CannotStore(Exception):
    """The database did not take the work; the sender must try again."""

    reason = "cannot_store"
