"""The step that writes, when it was cut off: what it did the first time is looked up, not done again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.records import Records
from app.records.waiting_updates import State, WaitingUpdate
from app.rulebook import Rulebook
from app.triage.actions import Note, Plan, Tags
from app.work.bulk.outbox import Parking
from app.work.engine.engine import JSON
from app.work.jobs.pause import Pausing
from app.work.lookups import Assignees
from app.work.messages import Decided, Read
from app.work.tickets.decision_log import Recorder
from app.work.tickets.recover_write import STAMP_SECONDS
from app.work.tickets.write import Writing
from integrations.errors import Conflict, NotSent
from integrations.sandbox import Sandbox
from integrations.zendesk.client import NewComment, TicketUpdate, ZendeskClient
from tests.support.paths import ROOT

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Harness:
    def __init__(self, sandbox: Sandbox, records: Records) -> None:
        self.zendesk = sandbox.zendesk
        self.client = ZendeskClient(sandbox.zendesk.url, email=sandbox.zendesk.email, token=sandbox.zendesk.token)
        rulebook = Rulebook(ROOT / "routing.yaml", ROOT / "macros.yaml", records.config_versions, lambda: NOW)
        self.hash = rulebook.current().hash
        self.waiting = records.waiting_updates
        self.recorder = Recorder(records, sandbox.clock.now)
        parking = Parking(records.waiting_updates, lambda _: None, rulebook, lambda: NOW)
        assignees, pausing = Assignees(lambda: self.client), Pausing(records.pauses)
        self.writing = Writing(lambda: self.client, assignees, self.recorder, rulebook, pausing, parking)

    def decided(self) -> tuple[JSON, Decided]:
        snapshot = self.client.read_ticket(self.zendesk.create_ticket(body="Thank you"))
        read = Read(
            id=snapshot.id, subject="", body="Thank you", status="new", tags=(), updated_at=snapshot.updated_at,
            public=True, url=snapshot.url, requester_name="Sam",
        )  # fmt: skip
        decided = Decided(
            run_id="pm1", event="ticket.created", ticket=read, channel="twitter", where="", archetype="mention",
            confidence="high", decided_by="route:praise", why="because",
            plan=Plan(mode="live", actions=(Tags(add=("archetype__mention",)), Note(sentences=("because",)))),
            trace=(), config_hash=self.hash, snapshot={}, thread="", decided_at=NOW.isoformat(),
        )  # fmt: skip
        delivery = {"run_id": "pm1", "ticket_id": snapshot.id, "event": "ticket.created", "attempt": 1}
        return {**delivery, "accepted_at": NOW.isoformat()}, decided


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    with Sandbox.start() as sandbox:
        # Within one second a ticket keeps its stamp however often it changes: no 409 stops the second update.
        sandbox.clock.hold(NOW)
        harness = Harness(sandbox, records)
        yield harness
        harness.client.close()
    records.close()


def our_writes(harness: Harness, decided: Decided) -> int:
    return len(harness.zendesk.ticket(decided.ticket.id)["audits"]) - 1


def test_a_step_that_is_run_again_finds_its_update_and_does_not_send_a_second_one(harness: Harness) -> None:
    delivery, decided = harness.decided()
    first = harness.writing.write(delivery, decided, {})
    harness.recorder.records.decisions.update("pm1", state="writing")  # killed before it knew
    assert harness.writing.write(delivery, decided, {}) == first == {"state": "done", "solves": None, "wave": ""}
    assert our_writes(harness, decided) == 1


def test_a_step_that_was_overtaken_after_it_was_cut_off_does_not_write_again(harness: Harness) -> None:
    """Other work on the ticket looked the update up and recorded it, and then this work is taken up again."""
    delivery, decided = harness.decided()
    harness.writing.write(delivery, decided, {})
    assert harness.recorder.written("pm1").state == "done"  # type: ignore[union-attr]  # it is there
    assert harness.writing.write(delivery, decided, {})["state"] == "done"
    assert our_writes(harness, decided) == 1


def test_a_step_that_was_cut_off_before_it_sent_anything_writes(harness: Harness) -> None:
    delivery, decided = harness.decided()
    harness.recorder.about_to_write(decided, [], ["archetype__mention"])
    harness.zendesk.clock.advance(STAMP_SECONDS)
    assert harness.writing.write(delivery, decided, {})["state"] == "done"
    assert our_writes(harness, decided) == 1


def test_an_update_that_is_still_on_its_way_is_refused_once_another_was_written(harness: Harness) -> None:
    """The process was killed within the second in which the ticket had changed, and another took its work over."""
    delivery, decided = harness.decided()
    harness.recorder.about_to_write(decided, [], ["archetype__mention"])
    on_its_way = TicketUpdate(updated_stamp=decided.ticket.updated_at, comment=NewComment("because"))
    put_off = harness.writing.write(delivery, decided, {})
    assert put_off["unsettled"]
    harness.zendesk.clock.advance(put_off["fault"]["retry_after"])
    assert harness.writing.settle(delivery, decided, {}) == {"applied": False}
    assert harness.writing.write(delivery, decided, {})["state"] == "done"
    with pytest.raises(Conflict):
        harness.client.update_ticket(decided.ticket.id, on_its_way)
    assert our_writes(harness, decided) == 1


@pytest.mark.parametrize(
    ("state", "applied"), [("waiting", False), ("sent", False), ("applied", True), ("refused", False)]
)
def test_a_step_that_was_cut_off_after_it_parked_its_update_leaves_it_to_the_bulk_job(
    harness: Harness, state: State, applied: bool
) -> None:
    """Else both write; or this one finds what the job wrote, and nobody says that it waits no longer."""
    delivery, decided = harness.decided()
    if applied:
        harness.writing.write(delivery, decided, {})
    row = harness.recorder.about_to_write(decided, [], ["archetype__mention"])
    parked = WaitingUpdate("pm1", decided.ticket.id, "k+1w1", NOW.isoformat(), False, {}, [*row.tags], state)
    harness.waiting.park(parked)
    again = harness.writing.write(delivery, decided, {})
    assert (again["fault"]["reason"], again["parked"]) == ("in_bulk_job", True)
    assert our_writes(harness, decided) == applied
    assert harness.writing.collect(delivery, decided, {})["applied"] is applied
    assert harness.waiting.of("pm1") is None


@pytest.mark.parametrize(("state", "until", "blocks"), [("sent", 1, True), ("sent", 0, False), ("applied", 1, False)])
def test_other_work_waits_for_a_bulk_job_and_not_for_what_became_of_it(
    harness: Harness, state: State, until: float, blocks: bool
) -> None:
    """Nothing may hold a ticket for ever, whatever happened to the work that should come back for its update."""
    ends = NOW.timestamp() + until
    harness.waiting.park(WaitingUpdate("pm1", 7, "k+1w1", NOW.isoformat(), False, {}, [], state, "batch", ends))
    with pytest.raises(NotSent) if blocks else nullcontext():
        harness.writing.parking.take_back(7)


def test_a_run_that_turns_out_needless_does_not_count_as_a_write(harness: Harness) -> None:
    _, decided = harness.decided()
    allow = harness.recorder.records.ticket_writes.allow
    assert allow(decided.ticket.id, "pm1", since="", now=NOW.isoformat(), most=1)
    harness.recorder.about_to_write(decided, [], ["archetype__mention"])
    assert not allow(decided.ticket.id, "pm2", since="", now=NOW.isoformat(), most=1)
    harness.recorder.not_written("pm1")
    harness.recorder.needless("pm1")
    assert allow(decided.ticket.id, "pm2", since="", now=NOW.isoformat(), most=1)


def test_a_conflict_with_an_update_of_its_own_that_came_late_is_no_conflict(harness: Harness) -> None:
    delivery, decided = harness.decided()
    harness.writing.write(delivery, decided, {})
    harness.recorder.not_written("pm1")  # looked up too early
    harness.zendesk.clock.advance(2)
    harness.zendesk.add_comment(decided.ticket.id, "hm", author=harness.zendesk.advocate_id, public=False)
    assert harness.writing.write(delivery, decided, {})["state"] == "done"
    assert our_writes(harness, decided) == 2, "ours, and the advocate's comment"
