"""The steps of a ticket on an empty database and a Zendesk in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from app.model.model import SHIPPED
from app.records.decisions import Decision
from app.records.records import Records
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.ticket import Ticket
from app.triage.plan import Plan
from app.triage.shipped import shipped_judgement
from app.work.answers.keep import AnswerKeeper
from app.work.bulk.outbox import Outbox
from app.work.decisions.decision_log import DecisionLog
from app.work.decisions.tag_commands import TagCommands
from app.work.jobs.dependencies import Dependencies
from app.work.limits.caps import HourlyCaps
from app.work.messages import (
    DecideResult,
    IssueFound,
    LinkTicket,
    TicketDecision,
    TicketMessage,
    TicketRead,
    ToWrite,
    TriageTicket,
    WriteResult,
    Written,
)
from app.work.provenance import Provenance
from app.work.tickets.assignees import AssigneeCache
from app.work.tickets.decide import TicketDecider
from app.work.tickets.own_posts import OwnPosts
from app.work.tickets.post_changes import PostChanges
from app.work.tickets.post_threads import PostThreads
from app.work.tickets.recover_write import WriteRecovery
from app.work.tickets.short_links import ShortLinkFinder
from app.work.tickets.write import TicketWriter
from app.work.tickets.write_budget import WriteBudget
from tests.support.fakes import NOW, Clock, FakeEngine, FakeZendesk, dependencies
from tests.support.work import triage

KEY = "zd:1"
PRAISE = "@gitlab kudos to the team for the new release, love it!"


@dataclass
class Steps:
    clock: Clock
    zendesk: FakeZendesk
    engine: FakeEngine
    deps: Dependencies
    log: DecisionLog
    outbox: Outbox
    recovery: WriteRecovery
    writer: TicketWriter

    def message(self) -> TicketMessage:
        """Of a new ticket."""
        ticket_id = self.zendesk.add().id
        message = triage(KEY, ticket_id, "ticket.created", self.clock()).message
        assert isinstance(message, TicketMessage)
        return message

    def decision(self, message: TicketMessage, *, tags: tuple[str, ...] = ("archetype__mention",)) -> TicketDecision:
        ticket = self.zendesk.read_ticket(message.ticket_id)
        read = TicketRead(
            id=ticket.id, subject="", body=ticket.description, status=ticket.status, tags=ticket.tags,
            updated_at=ticket.updated_at, public=True, url=ticket.url, requester_name="Sam",
        )  # fmt: skip
        return TicketDecision(
            run_id=message.run_id, event=message.event, ticket=read, channel="twitter", where="", archetype="mention",
            confidence="high", decided_by="route:praise", why="because",
            plan=Plan(mode="live", actions=(Tags(add=tags), Note(title="Mention (sure)", why=("because",)))),
            trace=(), config_hash=self.deps.rulebook.current().hash, judged=Ticket(ticket.id), thread="",
            decided_at=self.clock().isoformat(),
        )  # fmt: skip

    def write(self, message: TicketMessage, decision: TicketDecision) -> WriteResult:
        return self.writer.write(message, decision, IssueFound())

    def row(self, message: TicketMessage) -> Decision:
        row = self.log.of_run(message.run_id, message.ticket_id)
        assert row is not None
        return row


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Steps]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    clock, engine = Clock(NOW), FakeEngine()
    zendesk = FakeZendesk(clock)
    deps = dependencies(records, zendesk=zendesk, engine=engine, clock=clock)
    log, outbox = DecisionLog(deps), Outbox(deps)
    recovery = WriteRecovery(deps, log, outbox)
    writer = TicketWriter(deps, log, outbox, recovery, AssigneeCache(deps))
    yield Steps(clock, zendesk, engine, deps, log, outbox, recovery, writer)
    records.close()


DECIDED: TypeAdapter[DecideResult] = TypeAdapter(DecideResult)


@dataclass
class Deciding:
    steps: Steps
    decider: TicketDecider

    def decide(self, message: TicketMessage) -> DecideResult:
        assert isinstance(message, TriageTicket | LinkTicket)
        result = self.decider.decide(message)
        # A run that begins anew reads it from the journal, and must go on as this one does.
        assert DECIDED.validate_json(DECIDED.dump_json(result)) == result
        return result

    def new(self, body: str = PRAISE, **ticket: Any) -> TicketMessage:
        ticket_id = self.steps.zendesk.add(body, **ticket).id
        return self.message(ticket_id, f"zd:{ticket_id}", "ticket.created")

    def message(self, ticket_id: int, key: str, event: str = "ticket.updated") -> TicketMessage:
        message = triage(key, ticket_id, event, self.steps.clock()).message
        assert isinstance(message, TicketMessage)
        return message

    def write(self, message: TicketMessage) -> Written:
        """Decide, and carry it out."""
        result = self.decide(message)
        assert isinstance(result, ToWrite)
        written = self.steps.writer.write(message, result.decision, IssueFound())
        assert isinstance(written, Written)
        return written


@pytest.fixture
def deciding(steps: Steps) -> Deciding:
    provenance = Provenance(steps.zendesk, steps.deps.identity)  # type: ignore[arg-type]  # a fake
    judgement = shipped_judgement(SHIPPED, None)
    decider = TicketDecider(
        steps.deps,
        steps.log,
        judgement=judgement,
        language_model=cast("Any", SimpleNamespace(judge=lambda _rules, _ticket, judged, _previous: judged)),
        caps=HourlyCaps(steps.deps.records.capped_actions, steps.clock, steps.engine.keep),
        commands=TagCommands(steps.deps, provenance),
        provenance=provenance,
        recovery=steps.recovery,
        budget=WriteBudget(steps.deps, steps.log),
        threads=PostThreads(steps.deps),
        changes=PostChanges(steps.deps, judgement),
        short_links=ShortLinkFinder(steps.deps),
        posts=OwnPosts(steps.deps.records.mentions),
        answers=AnswerKeeper(steps.deps),
    )
    return Deciding(steps, decider)
