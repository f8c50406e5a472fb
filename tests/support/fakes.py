"""Stand-ins for tests of single steps and workflows: an engine that runs steps at once, a Zendesk in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from app.clients import Clients
from app.identity import Identity
from app.records.database import Along
from app.records.records import Records
from app.rulebook import Rulebook
from app.settings import Settings
from app.visibility import Visibility
from app.work.engine.engine import adapter_of, answer_type
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.pause import PauseSwitch, Suspension
from app.work.messages import Work
from integrations.errors import Conflict, IntegrationError, NotFound
from integrations.zendesk.client import RUN_KEY, TicketUpdate, UpdatedTicket
from integrations.zendesk.new_ticket import NewTicket
from integrations.zendesk.snapshots import CommentSnapshot, RequesterSnapshot, TicketSnapshot
from integrations.zendesk.updates import PUT_BACK_KEY, READ_KEY, FoundUpdate
from tests.support.paths import ROOT

T = TypeVar("T")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class FakeEngine:
    """Steps are done at once, and what is queued is written down. Answers go through what would be stored."""

    answers: dict[str, object] = field(default_factory=dict)
    """Of steps that are not done here: as if they had been before."""
    works: list[Work] = field(default_factory=list)
    waiting_tickets: int = 0
    is_first_try: bool = False
    is_new: bool = False
    refused: bool = False
    database: object = None
    forgotten: list[tuple[str, set[str]]] = field(default_factory=list)
    """Of which partitions and posts the texts."""

    def step(
        self, name: str, function: Callable[..., T], *args: object, answers: object = None, deferred: bool = False
    ) -> T:
        if name in self.answers:
            return cast("T", self.answers[name])
        adapter = adapter_of(answers or answer_type(function))
        answer: T = adapter.validate_python(adapter.dump_python(function(*args), mode="json"))
        return answer

    def keeping(self) -> AbstractContextManager[Along]:
        return nullcontext(lambda _connection: None)

    def keep(self, write: Along) -> None:
        with cast("Any", self.database).begin() as connection:
            self.refused = write(connection) is False

    def first_try(self) -> bool:
        first, self.is_first_try = self.is_first_try, False
        return first

    def was_refused(self) -> bool:
        refused, self.refused = self.refused, False
        return refused

    def settle(self) -> None: ...

    def later(self, work: Work) -> None:
        """A known key is the same work."""
        if work.message.work_id not in {one.message.work_id for one in self.works}:
            self.works.append(work)

    def ensure(self, works: Sequence[Work]) -> None:
        for work in works:
            self.later(work)

    def run_now(self, keys: Sequence[str]) -> None: ...

    def forget_texts(self, partition: str, _message: object, ids: Collection[str]) -> None:
        self.forgotten.append((partition, {*ids}))

    @property
    def backlog(self) -> FakeBacklog:
        return FakeBacklog(self.waiting_tickets)


@dataclass
class FakeBacklog:
    waiting: int

    def waiting_tickets(self, most: int) -> int:
        return min(self.waiting, most)


@dataclass
class FakeZendesk:
    """Tickets, the runs that wrote them, and what the next calls meet."""

    clock: Clock
    tickets: dict[int, TicketSnapshot] = field(default_factory=dict)
    runs: dict[int, dict[str, FoundUpdate]] = field(default_factory=dict)
    """Of each ticket, what its audits name."""
    updates: list[tuple[int, TicketUpdate]] = field(default_factory=list)
    """All that were sent, also those that failed."""
    spam: list[int] = field(default_factory=list)
    fails: list[IntegrationError | None] = field(default_factory=list)
    """What the next updates meet, one after the other. None: nothing."""
    loses: list[bool] = field(default_factory=list)
    """Of each failure: was the update applied nevertheless?"""
    audits_fail: IntegrationError | None = None
    tagged_by: Any = None
    conversation: tuple[CommentSnapshot, ...] = ()
    """What the comments of every ticket are."""
    created: list[NewTicket] = field(default_factory=list)
    """All that were asked for, also those that failed."""
    by_external_id: dict[str, int] = field(default_factory=dict)

    def add(self, body: str = "Thank you", **more: Any) -> TicketSnapshot:
        number = len(self.tickets) + 1
        stamp = self.clock().isoformat()
        ticket = TicketSnapshot(
            id=number, subject="", description=body, status="new", custom_status_id=None, tags=(),
            via_channel="twitter", via_rel="", via_addresses=("@gitlab",), group_id=None, group_name="", brand_id=None,
            organization=None, requester=RequesterSnapshot(7, "Sam Example", handle="sam"), submitter_id=7,
            assignee_id=None, created_at=self.clock(), updated_at=stamp, is_public=True,
            url=f"https://acme.zendesk.com/agent/tickets/{number}",
        )  # fmt: skip
        self.tickets[number] = replace(ticket, **more)
        return self.tickets[number]

    def change(self, ticket_id: int, **values: Any) -> None:
        """Somebody else changes the ticket."""
        stamp = self.clock().isoformat()
        self.tickets[ticket_id] = replace(self.tickets[ticket_id], updated_at=stamp, **values)

    def read_ticket(self, ticket_id: int) -> TicketSnapshot:
        if ticket_id not in self.tickets:
            raise NotFound("zendesk", "no such ticket")
        return self.tickets[ticket_id]

    def update_ticket(self, ticket_id: int, update: TicketUpdate) -> UpdatedTicket:
        self.updates.append((ticket_id, update))
        error = self.fails.pop(0) if self.fails else None
        applied = error is None or (self.loses.pop(0) if self.loses else False)
        ticket = self.read_ticket(ticket_id)
        overwritten: tuple[str, ...] = ()
        if applied:
            if update.updated_stamp != ticket.updated_at:
                raise Conflict("zendesk", "the ticket has changed")
            overwritten = self.apply(ticket_id, update)
        if error:
            raise error
        after = self.tickets[ticket_id]
        return UpdatedTicket(after.updated_at, len(self.updates), after.status, after.tags, overwritten)

    def apply(self, ticket_id: int, update: TicketUpdate) -> tuple[str, ...]:
        """The tags that it overwrote: set by somebody else since the ticket was read."""
        run_id = update.metadata.get(RUN_KEY) or update.metadata[PUT_BACK_KEY]
        read, left = json.loads(update.metadata[READ_KEY]), update.tags or ()
        overwritten = tuple(tag for tag in self.tickets[ticket_id].tags if tag not in (*read, *left))
        self.runs.setdefault(ticket_id, {})[run_id] = FoundUpdate(overwritten)
        values = {"tags": update.tags, "status": update.status}
        self.change(ticket_id, **{name: value for name, value in values.items() if value is not None})
        return overwritten

    def find_update(self, ticket_id: int, run_id: str) -> FoundUpdate | None:
        if self.audits_fail:
            raise self.audits_fail
        self.read_ticket(ticket_id)
        return self.runs.get(ticket_id, {}).get(run_id)

    def find_follow_up(self, ticket_id: int, run_id: str) -> int | None:
        return None

    def comments(self, ticket_id: int) -> list[CommentSnapshot]:
        return list(self.conversation)

    def create_ticket(self, ticket: NewTicket) -> int:
        self.created.append(ticket)
        error = self.fails.pop(0) if self.fails else None
        if error is None or (self.loses.pop(0) if self.loses else False):
            self.by_external_id[ticket.external_id] = self.add(ticket.body, tags=ticket.tags, via_channel="api").id
        if error:
            raise error
        return self.by_external_id[ticket.external_id]

    def tickets_of(self, external_id: str) -> list[int]:
        return [self.by_external_id[external_id]] if external_id in self.by_external_id else []

    def requester(self, name: str, external_id: str) -> int:
        return 7

    def statuses(self, ticket_ids: Collection[int]) -> dict[int, str]:
        return {one: self.tickets[one].status for one in ticket_ids if one in self.tickets}

    def mark_as_spam(self, ticket_id: int) -> None:
        self.spam.append(ticket_id)

    def who_tagged(self, ticket_id: int, tag: str) -> Any:
        return self.tagged_by

    def group_id(self, name: str) -> int:
        raise NotFound("zendesk", f"no group {name}")


def dependencies(
    records: Records,
    *,
    zendesk: object = None,
    gitlab: object = None,
    engine: object = None,
    clock: Callable[[], datetime] | None = None,
) -> Dependencies:
    now = clock or Clock()
    engine = engine or FakeEngine()
    if isinstance(engine, FakeEngine):
        engine.database = records.engine
    pause = PauseSwitch(records.pauses)
    clients = Clients(
        zendesk=cast("Any", zendesk),
        gitlab=cast("Any", gitlab),
        sentry=None,
        chat=None,
        chat_channels=None,
        language_model=None,
        close=lambda: None,
    )
    return Dependencies(
        settings=Settings.model_construct(
            zendesk_url="https://acme.zendesk.com", gitlab_url="https://gitlab.com", gitlab_token=_Secret("s")
        ),
        records=records,
        rulebook=Rulebook(ROOT / "routing.yaml", ROOT / "macros.yaml", records.config_versions, now),
        engine=cast("Any", engine),
        clients=clients,
        identity=Identity(clients.zendesk, clients.gitlab),
        pause=pause,
        suspension=Suspension(records.suspended_work, pause, lambda _: None, now),
        visibility=Visibility(clients.gitlab, now),
        now=now,
    )


@dataclass(frozen=True)
class _Secret:
    value: str

    def get_secret_value(self) -> str:
        return self.value
