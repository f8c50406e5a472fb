"""The steps of a ticket on an empty database and a Zendesk in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.records.decisions import Decision
from app.records.records import Records
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.ticket import Ticket
from app.triage.plan import Plan
from app.work.bulk.outbox import Outbox
from app.work.decisions.decision_log import DecisionLog
from app.work.jobs.dependencies import Dependencies
from app.work.messages import IssueFound, TicketDecision, TicketMessage, TicketRead, WriteResult
from app.work.tickets.assignees import AssigneeCache
from app.work.tickets.recover_write import WriteRecovery
from app.work.tickets.write import TicketWriter
from tests.support.fakes import NOW, Clock, FakeEngine, FakeZendesk, dependencies
from tests.support.work import triage

KEY = "zd:1"


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
