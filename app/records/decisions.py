"""Decisions: one row per run of the pipeline over a ticket, kept from the moment it is decided."""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, Self

import sqlalchemy as sa

from app.records.database import Along, PrunedBatch, TableAccess, as_dataclass, begin_locked, has_text, upsert
from app.records.decision_list import unindexed
from app.records.group_commit import GroupCommit
from app.records.prepared import PreparedStatement, Values
from app.records.tables import corrections, decisions

DecisionState = Literal["working", "waiting", "done", "failed"]
UpdateState = Literal["not_sent", "in_outbox", "sending", "applied", "not_applied", "unknown"]
"""Of the ticket's update: `app.work.update_state` says what leads from one to another."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    run_id: str
    ticket_id: int
    event: str
    state: DecisionState
    archetype: str | None = None
    confidence: str | None = None
    decided_by: str = "none"
    mode: str = "live"
    channel: str = ""
    summary: str
    tags: tuple[str, ...] = ()
    """The tags that we added to the ticket."""
    actions: tuple[dict[str, Any], ...] = ()
    """`{"kind", "state": done|skipped|failed|waiting, "detail"}` each."""
    trace: tuple[dict[str, Any], ...] = ()
    config_hash: str = ""
    ticket: dict[str, Any] = field(default_factory=dict)
    """The ticket as it was read: `app.ticket.Ticket` as plain JSON; empty when nothing was read, or it is too old."""
    thread: str = ""
    ticket_updated_at: str = ""
    decided_at: str
    finished_at: str | None = None
    update_state: UpdateState = "not_sent"
    answer: str = ""
    """The text for the person who wrote, as it was sent or suggested."""

    @classmethod
    def without_verdict(
        cls,
        run_id: str,
        ticket_id: int,
        event: str,
        state: DecisionState,
        summary: str,
        *,
        now: str,
        finished_at: str | None,
    ) -> Self:
        """Of a delivery that ends, or waits, without a decision about its ticket."""
        return cls(
            run_id=run_id,
            ticket_id=ticket_id,
            event=event,
            state=state,
            summary=summary,
            decided_at=now,
            finished_at=finished_at,
        )

    @property
    def in_shadow(self) -> list[dict[str, Any]]:
        """The trace's entries of routes in shadow that would have decided."""
        return [entry for entry in self.trace if entry.get("shadow") and entry.get("matched")]

    @property
    def marks_spam(self) -> bool:
        return any(action["kind"] == "spam" and action["state"] == "done" for action in self.actions)

    @property
    def is_applied(self) -> bool:
        """Its tags are on the ticket, as far as we put them there."""
        return bool(self.tags) and self.update_state == "applied"

    @property
    def forgotten(self) -> bool:
        """Text and trace were dropped for their age; what was decided is still known."""
        return bool(self.config_hash) and not self.ticket


@dataclass(frozen=True)
class ThreadDecision:
    """What other tickets of the post need to know of a decision."""

    ticket_id: int
    archetype: str | None
    event: str
    summary: str
    update_state: UpdateState
    decided_at: str

    @property
    def is_answer(self) -> bool:
        """One of us answered on the post, and the ticket was solved for that."""
        return self.event == "answered" and self.update_state == "applied"


@dataclass(frozen=True)
class ActedDecision:
    """What a decision did that somebody who waits would notice."""

    ticket_id: int
    event: str
    channel: str
    decided_at: str
    actions: tuple[dict[str, Any], ...]

    @property
    def sent_reply(self) -> bool:
        return self._did("reply", "sent ")

    @property
    def solved(self) -> bool:
        return self._did("status", "solved")

    def _did(self, kind: str, detail: str) -> bool:
        return any(
            one["kind"] == kind and one["state"] == "done" and one["detail"].startswith(detail) for one in self.actions
        )


@dataclass(frozen=True)
class PostThread:
    """A post whose comments belong together."""

    source: str
    thread: str
    newest_at: str


ASKED = "asked"
"""Says nothing about the ticket itself: it may come before the first verdict."""
FOLLOWING = ("link", "link_chosen", "answered", "issue_changed", "announced", "post_changed", ASKED)
"""Events of decisions that follow an earlier verdict: they teach nothing, and a backtest leaves them out."""


def latest(rows: Sequence[Decision]) -> Decision | None:
    """Of a ticket's decisions, the newest first: the one that says how it stands.

    Not that somebody was asked before there was a verdict: then the first look's row may be the older one.
    """
    return next((row for row in rows if row.event != ASKED or row.archetype), rows[0] if rows else None)


MOST_OF_TICKET = 20
UNSURE_BATCH = 500
MOST_OF_A_THREAD = 500


_OF_TICKET = PreparedStatement(
    sa.select(decisions)
    .where(decisions.c.ticket_id == sa.bindparam("ticket"))
    .order_by(decisions.c.id.desc())
    .limit(sa.bindparam("limit"))
)


@cache
def _update(columns: tuple[str, ...]) -> PreparedStatement:
    of_run = decisions.c.run_id == sa.bindparam("of_run")
    return PreparedStatement(sa.update(decisions).where(of_run), columns)


_WRITTEN = PreparedStatement(
    sa.select(sa.func.count()).where(
        decisions.c.ticket_id == sa.bindparam("ticket"),
        decisions.c.decided_at > sa.bindparam("since"),
        # Not what waited, was refused or never left: a robot answers only what it sees.
        decisions.c.update_state.in_([sa.literal(state) for state in ("sending", "unknown", "applied")]),
        decisions.c.run_id != sa.bindparam("run"),
    )
)


PARTITION = "ticket:"
"""Before a ticket's number: what one worker at a time works in."""


def nothing_decided(partition: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Of a ticket's partition: is there no decision about the ticket?"""
    number = sa.cast(sa.func.substr(partition, len(PARTITION) + 1), sa.BigInteger)
    return ~sa.exists().where(decisions.c.ticket_id == sa.case((partition.startswith(PARTITION), number)))


class _OfThread(threading.local):
    tickets: dict[int, list[Decision]] | None = None
    """What was read, by ticket; None: it may change at any time."""


class Decisions(TableAccess):
    def __init__(self, engine: sa.Engine, reader: sa.Engine | None = None, commits: GroupCommit | None = None) -> None:
        super().__init__(engine, reader)
        self._commits = commits or GroupCommit(engine)
        self._of_thread = _OfThread()

    @contextmanager
    def read_once(self, *, new: int | None = None) -> Iterator[None]:
        """Within, only this thread writes about the tickets that it asks for: what it read holds until it writes.

        `new`: a ticket that nothing was decided about yet, as is known.
        """
        self._of_thread.tickets = {} if new is None else {new: []}
        try:
            yield
        finally:
            self._of_thread.tickets = None

    def _wrote(self) -> None:
        if self._of_thread.tickets is not None:
            self._of_thread.tickets.clear()

    def save(self, decision: Decision, along: Along | None = None) -> None:
        """Insert, or replace what the same run had decided before (a conflict made it decide again).

        `along`: what is written with it.
        """
        values = {one.name: getattr(decision, one.name) for one in fields(decision)}
        key = {"run_id": values.pop("run_id")}
        self._wrote()

        def write(connection: sa.Connection) -> None:
            upsert(connection, decisions, key, values)
            if along is not None:
                along(connection)

        self._commits.run(write)

    def update(self, run_id: str, **values: object) -> None:
        with begin_locked(self._engine) as connection:
            self.updating(run_id, values)(connection)

    def updating(self, run_id: str, values: Values) -> Along:
        """For any thread: what this one has read ends when it is written."""
        read = self._of_thread.tickets

        def write(connection: sa.Connection) -> None:
            if read is not None:
                read.clear()
            _update(tuple(values)).write(connection, {**values, "of_run": run_id})

        return write

    def delete(self, run_id: str) -> None:
        self._wrote()
        self._change(sa.delete(decisions).where(decisions.c.run_id == run_id))

    def by_run(self, run_id: str) -> Decision | None:
        return self._first(Decision, sa.select(decisions).where(decisions.c.run_id == run_id))

    def of_run(self, run_id: str, ticket_id: int) -> Decision | None:
        """A run of that ticket."""
        read = (self._of_thread.tickets or {}).get(ticket_id)
        if read is None or len(read) == MOST_OF_TICKET:
            return self.by_run(run_id)
        return next((row for row in read if row.run_id == run_id), None)

    def of_ticket(self, ticket_id: int, *, limit: int = MOST_OF_TICKET) -> list[Decision]:
        """The newest first."""
        read = self._of_thread.tickets
        if read is not None and ticket_id in read:
            return read[ticket_id][:limit]
        found = self._read(Decision, _OF_TICKET, {"ticket": ticket_id, "limit": limit})
        if read is not None and limit == MOST_OF_TICKET:
            read[ticket_id] = found
        return found

    def written(self, ticket_id: int, *, since: str, besides: str) -> int:
        """How many runs but `besides` have, or may have, written to the ticket what was decided after `since`."""
        with self._reader.connect() as connection:
            asked = {"ticket": ticket_id, "since": since, "run": besides}
            return int(_WRITTEN.tuples(connection, asked)[0][0])

    def newest(self, *, limit: int, archetype: str | None = None) -> list[Decision]:
        query = sa.select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        if archetype is not None:
            query = query.where(decisions.c.archetype == archetype)
        return self._read(Decision, query)

    def since(self, moment: str, *, batch: int = 500) -> Iterator[Decision]:
        """Decisions about tickets made from `moment` (ISO-8601) on, the oldest first; with a verdict of their own."""
        last = 0
        which = (decisions.c.decided_at >= moment, decisions.c.event.not_in(FOLLOWING))
        query = sa.select(decisions).where(*which).order_by(decisions.c.id).limit(batch)
        while found := self._rows(query.where(decisions.c.id > last)):
            for row in found:
                if row["ticket"]:
                    yield as_dataclass(Decision, row)
            last = int(found[-1]["id"])

    def first_looks(self, *, limit: int, batch: int = 100) -> Iterator[Decision]:
        """The first decision about each of the newest tickets, the newest first; without those that lost their text."""
        first = sa.func.min(decisions.c.id)
        own = (decisions.c.event.not_in(FOLLOWING), decisions.c.config_hash != "")
        newest = sa.select(first.label("id")).where(*own).group_by(decisions.c.ticket_id)
        ids = [int(row["id"]) for row in self._rows(newest.order_by(first.desc()).limit(limit))]
        for begin in range(0, len(ids), batch):
            query = sa.select(decisions).where(decisions.c.id.in_(ids[begin : begin + batch]), has_text(decisions))
            yield from self._read(Decision, query.order_by(decisions.c.id.desc()))

    def chosen_by_people(self) -> dict[int, str]:
        """By ticket, the archetype that a person chose last."""
        query = sa.select(decisions.c.ticket_id, decisions.c.archetype)
        query = query.where(decisions.c.decided_by == "person", decisions.c.archetype.is_not(None))
        rows = self._rows(query.order_by(decisions.c.id))
        return {int(row["ticket_id"]): str(row["archetype"]) for row in rows}

    def unsure(self, *, limit: int, before: int | None = None) -> list[int]:
        """Ids of verdicts that a person should look at, the newest first: nothing newer was said of the ticket."""
        found: list[int] = []
        while len(found) < limit and (ids := self._maybe_unsure(before)):
            found += self._still_unsure(ids)
            before = ids[-1]
        return found[:limit]

    def _maybe_unsure(self, before: int | None) -> list[int]:
        """What the index can tell, without the rows, which are long."""
        was_corrected = sa.select(corrections.c.id).where(corrections.c.ticket_id == decisions.c.ticket_id)
        which = [
            unindexed("confidence").in_(("low", "medium")),
            unindexed("decided_by") != "person",
            decisions.c.event.not_in(FOLLOWING),
            # Most that were corrected say so themselves, in the index. Those that a person agreed to do not.
            decisions.c.corrected_to.is_(None),
            ~was_corrected.exists(),
        ]
        if before is not None:
            which.append(decisions.c.id < before)
        query = sa.select(decisions.c.id).where(*which).order_by(decisions.c.id.desc()).limit(UNSURE_BATCH)
        return [int(row["id"]) for row in self._rows(query)]

    def _still_unsure(self, ids: Collection[int]) -> list[int]:
        later = decisions.alias("later")
        newer = sa.select(later.c.id).where(
            later.c.ticket_id == decisions.c.ticket_id,
            later.c.id > decisions.c.id,
            later.c.config_hash != "",
            later.c.event.not_in(FOLLOWING),
        )
        which = (decisions.c.id.in_(ids), decisions.c.config_hash != "", has_text(decisions), ~newer.exists())
        query = sa.select(decisions.c.id).where(*which).order_by(decisions.c.id.desc())
        return [int(row["id"]) for row in self._rows(query)]

    def by_id(self, decision_id: int) -> Decision | None:
        return self._first(Decision, sa.select(decisions).where(decisions.c.id == decision_id))

    def pruned_since(self, moment: str) -> int:
        """How many of `since` are left out because their text is no longer kept."""
        since = (decisions.c.decided_at >= moment, decisions.c.event.not_in(FOLLOWING))
        return self._count(decisions, *since, decisions.c.config_hash != "", ~has_text(decisions))

    def prune_texts(self, since: str, before: str, *, limit: int) -> PrunedBatch:
        """Delete tickets and traces of up to `limit` decisions made in between."""
        which = (decisions.c.decided_at >= since, decisions.c.decided_at < before, has_text(decisions))
        query = sa.select(decisions.c.id, decisions.c.decided_at).where(*which)
        found = self._rows(query.order_by(decisions.c.decided_at).limit(limit))
        if not found:
            return PrunedBatch()
        chosen = sa.update(decisions).where(decisions.c.id.in_([row["id"] for row in found]))
        self._change(chosen.values(ticket={}, trace=[], answer=""))
        return PrunedBatch(len(found), found[-1]["decided_at"])

    def forget_texts(self, ticket_id: int) -> None:
        mine = (decisions.c.ticket_id == ticket_id, has_text(decisions))
        self._change(sa.update(decisions).where(*mine).values(ticket={}, trace=[], answer=""))

    def of_archetype(self, archetype: str, since: str) -> list[Decision]:
        """Verdicts made since then, one for each ticket: the newest."""
        since_then = (decisions.c.decided_at >= since, decisions.c.event.not_in(FOLLOWING))
        query = sa.select(decisions).where(decisions.c.archetype == archetype, *since_then).order_by(decisions.c.id)
        return list({one.ticket_id: one for one in self._read(Decision, query) if one.ticket}.values())

    def left_to_people(self, since: str) -> int:
        """Tickets whose newest decision, made since then, leaves them to a person."""
        newest = (
            sa.select(sa.func.max(decisions.c.id))
            .where(decisions.c.decided_at >= since)
            # As a sum: SQLite would take the tickets' index, and read all decisions that were ever made.
            .group_by(decisions.c.ticket_id + 0)
        )
        without = (decisions.c.decided_by == "none", decisions.c.config_hash != "")
        return self._count(decisions, decisions.c.id.in_(newest), *without)

    def acted(self, tickets: Collection[int]) -> dict[int, list[ActedDecision]]:
        """By ticket, the newest first."""
        columns = [decisions.c[one.name] for one in fields(ActedDecision)]
        query = sa.select(*columns).where(decisions.c.ticket_id.in_(sorted(tickets))).order_by(decisions.c.id.desc())
        found: dict[int, list[ActedDecision]] = defaultdict(list)
        for one in self._read(ActedDecision, query):
            found[one.ticket_id].append(one)
        return found

    def of_thread(self, thread: str, channel: str) -> list[ThreadDecision]:
        """All about the tickets of one post, the newest first."""
        columns = [decisions.c[one.name] for one in fields(ThreadDecision)]
        query = sa.select(*columns).where(decisions.c.thread == thread, decisions.c.channel == channel)
        return self._read(ThreadDecision, query.order_by(decisions.c.id.desc()).limit(MOST_OF_A_THREAD))

    def threads(self, since: str, *, limit: int) -> list[PostThread]:
        """Posts whose tickets were decided since then, the newest first."""
        newest = sa.func.max(decisions.c.decided_at)
        query = (
            sa.select(decisions.c.channel.label("source"), decisions.c.thread, newest.label("newest_at"))
            .where(decisions.c.decided_at >= since, decisions.c.thread != "")
            .group_by(decisions.c.channel, decisions.c.thread)
        )
        return self._read(PostThread, query.order_by(newest.desc()).limit(limit))
