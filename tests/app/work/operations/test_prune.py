"""What is old goes, and what is young, unfinished or still asked for stays; on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from dbos import DBOS

from app.records.announcements import Announcements
from app.records.attempts import Attempt
from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.corrections import Correction
from app.records.database import PrunedBatch
from app.records.decisions import Decision
from app.records.failures import Failure
from app.records.records import Records
from app.rules.routing import RoutingConfig
from app.rules.schema.base import RetentionConfig
from app.work.engine.backlog import workflow_status
from app.work.engine.engine import Engine
from app.work.engine.retention import EndedWork
from app.work.engine.work_rows import JSON
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TriageTicket, Work
from app.work.operations import prune as pruning
from app.work.operations.dead_letters import DeadLetters
from app.work.operations.prune import Pruned, Pruner
from app.work.tickets.decide import is_decided
from integrations.zendesk.snapshots import CommentSnapshot
from tests.app.work.conftest import Started, wait_until
from tests.support.work import BulkExample, Example, example_work, triage

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
TICKET = {"id": 1, "subject": "", "body": "what a person wrote"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    opened = Records.open(database_url)
    yield opened
    opened.close()


NO_WORK = SimpleNamespace(forget=lambda *_, **__: 0, forget_scheduled=lambda *_, **__: PrunedBatch())


def prune_at(
    records: Records, now: datetime, *, work: object = NO_WORK, rest: Callable[[float], None] = lambda _: None
) -> Pruned:
    rules = SimpleNamespace(routing=SimpleNamespace(retention=RetentionConfig()))
    rulebook = SimpleNamespace(current=lambda: rules)
    deps = SimpleNamespace(records=records, rulebook=rulebook, now=lambda: now)
    return Pruner(cast("Dependencies", deps), cast("EndedWork", work), rest).prune_some()


def days_ago(days: float) -> str:
    return (NOW - days * DAY).isoformat()


def decision(run_id: str, age: float, **more: Any) -> Decision:
    known = Decision(
        run_id=run_id,
        ticket_id=1,
        event="ticket.created",
        state="done",
        archetype="mention",
        confidence="high",
        decided_by="route:praise",
        mode="live",
        channel="twitter",
        summary="praise",
        tags=("archetype__mention",),
        actions=({"kind": "tags", "state": "done", "detail": ""},),
        trace=({"asked": "route:praise", "matched": True, "evidence": "what a person wrote"},),
        config_hash="0123456789abcdef",
        ticket=TICKET,
        thread="",
        ticket_updated_at=days_ago(age),
        decided_at=days_ago(age),
    )
    return replace(known, **more)


def failure(key: str, age: float, state: str) -> Failure:
    return Failure(key, "gitlab", 1, "find", "refused", "no", 1, {"key": key}, days_ago(age), state=state)


def attempt(run: str, age: float) -> Attempt:
    return Attempt(run, 0, 1, "find", "gitlab", "refused", "no", days_ago(age))


def test_texts_and_traces_go_and_what_was_decided_stays(records: Records) -> None:
    for run_id, age in (("old", 181), ("young", 179)):
        records.decisions.save(decision(run_id, age))
    assert prune_at(records, NOW).rows == {"texts": 1}
    old, young = records.decisions.by_run("old"), records.decisions.by_run("young")
    assert young == decision("young", 179)
    assert old == decision("old", 181, ticket={}, trace=())
    assert old.forgotten
    assert not young.forgotten
    assert [one.run_id for one in records.decisions.since("")] == ["young"]
    assert records.decisions.pruned_since("") == 1
    assert prune_at(records, NOW).rows == {}
    assert prune_at(records, NOW + 2 * DAY).rows == {"texts": 1}, "it goes on from where it came"


def test_a_delivery_that_was_never_read_is_not_said_to_be_forgotten(records: Records) -> None:
    records.decisions.save(decision("unread", 200, config_hash="", ticket={}, trace=()))
    assert prune_at(records, NOW).rows == {}
    found = records.decisions.by_run("unread")
    assert found is not None
    assert not found.forgotten


def test_open_failures_stay_for_ever_and_those_dealt_with_go_with_their_tries(records: Records) -> None:
    for key, age, state in (
        ("open", 4000, "open"),
        ("retried", 366, "retried"),
        ("ignored", 366, "ignored"),
        ("lately", 364, "ignored"),
    ):
        records.failures.add(failure(key, age, state))
        records.attempts.add(attempt(key, age))
    records.attempts.add(attempt("it came through", 31))
    records.attempts.add(attempt("it waits", 29))
    assert prune_at(records, NOW).rows == {"failures": 2, "attempts": 3}
    assert [one.key for one in records.failures.newest(limit=9, state=None)] == ["lately", "open"]
    known = records.attempts.of(["open", "retried", "ignored", "lately", "it came through", "it waits"])
    assert set(known) == {"open", "lately", "it waits"}


def test_what_was_counted_goes_after_its_window(records: Records) -> None:
    for run, age in (("old", 31), ("young", 29)):
        records.capped_actions.allow(run, "reply", "mention", since="", now=days_ago(age), cap=9)
    assert prune_at(records, NOW).rows == {"performed": 1}
    assert not records.capped_actions.allow("next", "reply", "mention", since="", now=days_ago(0), cap=1), (
        "the young one counts"
    )


def test_what_the_desk_shows_goes_in_its_time(records: Records) -> None:
    for age in (31, 29):
        with records.engine.begin() as connection:
            records.calls.add_within(connection, 1, "run", [MadeCall("zendesk", "GET", 200, 1, days_ago(age))])
    hit = {"asked": "route:new", "shadow": True, "matched": True, "archetype": "spam"}
    for age in (181, 179):
        with records.engine.begin() as connection:
            records.routes_fired.add_within(connection, decision(f"run {age}", age, trace=(hit,)))
    for age in (366, 364):
        records.audit.add(AuditEntry(at=days_ago(age), name="ann", role="operate", what="pause", about="all"))
    assert prune_at(records, NOW).rows == {"calls": 1, "shadow_hits": 1, "audit": 1}
    assert prune_at(records, NOW).rows == {}


def test_a_correction_is_counted_when_its_text_is_gone(records: Records) -> None:
    records.decisions.save(decision("old", 800))
    records.corrections.save(Correction(1, "political", "mention", "route:praise", TICKET, days_ago(731)))
    assert prune_at(records, NOW).rows == {"texts": 1, "corrections": 1}
    assert [(one.was, one.archetype, one.ticket) for one in records.corrections.all()] == [("mention", "political", {})]
    assert [(one.name, one.decided, one.corrected) for one in records.corrections.precision("archetype")] == [
        ("mention", 1, 1)
    ]


def test_a_message_to_the_chat_goes_and_its_series_can_begin_anew(records: Records) -> None:
    chat: Announcements = records.announcements
    assert chat.claim("spike:x:first", kind="spike", text="", at=days_ago(366))
    assert prune_at(records, NOW).rows == {"announcements": 1}
    assert chat.claim("spike:x:first", kind="spike", text="", at=days_ago(0))


def test_it_stops_after_its_share_and_says_that_there_is_more(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    monkeypatch.setattr(pruning, "BATCHES", 3)
    for number in range(9):
        records.decisions.save(decision(f"run {number}", 200 + number % 3))
    rests: list[float] = []
    assert prune_at(records, NOW, rest=rests.append) == Pruned(more=True, rows={"texts": 6})
    assert len(rests) == 3, "others get their turn between two batches"
    assert prune_at(records, NOW).rows == {"texts": 3}


def keys(records: Records) -> set[str]:
    """Of all work that is known, and that has anything left behind in the engine's other tables."""
    schema = "" if records.engine.dialect.name == "sqlite" else "dbos."
    with records.engine.connect() as connection:
        return {
            row[0]
            for table in ("workflow_status", "operation_outputs", "workflow_input", "workflow_output")
            for row in connection.execute(sa.text(f"select workflow_uuid from {schema}{table}"))
        }


def work(kind: str, key: str, delay: float = 0.0) -> Work:
    base = BulkExample if kind == "check_for_chat" else Example
    return example_work(kind, key, f"partition of {key}", delay=delay, accepted_at=NOW, base=base)


@dataclass
class PruningWorkflow:
    """Prunes in a step of a workflow, as in the service: dbos must not take what is done there for more steps."""

    records: Records
    engine: Engine | None = None
    answers: list[Pruned] = field(default_factory=list)

    def workflow(self, payload: JSON) -> JSON:
        assert self.engine
        finished = EndedWork(self.records.engine, self.engine.names)
        now = datetime.fromisoformat(payload["now"])
        self.answers.append(
            self.engine.step("prune", partial(prune_at, self.records, now, work=finished), answers=Pruned)
        )
        return {}

    def at(self, now: datetime) -> dict[str, int]:
        """What was pruned; the work that did it is not known afterwards."""
        assert self.engine
        key = f"prune {now}"
        self.engine.accept([example_work("prune", key, "prune", {"now": now.isoformat()})])
        wait_until(lambda: self.engine and self.engine.backlog.waiting() == 2 and ended_of(self.records, key))
        DBOS.delete_workflows([key])
        return self.answers[-1].rows


def ended_of(records: Records, key: str) -> bool:
    with records.engine.connect() as connection:
        table = workflow_status(connection)
        query = sa.select(table.c.completed_at).where(table.c.workflow_uuid == key)
        return connection.execute(query).scalar() is not None


def test_work_that_ended_goes_and_what_has_not_ended_stays(start: Started, records: Records) -> None:
    def steps(payload: JSON) -> JSON:
        return engine.step("step", lambda: {"did": payload["key"]})

    pruner = PruningWorkflow(records)
    engine = pruner.engine = start({"triage_ticket": steps, "check_for_chat": steps, "prune": pruner.workflow})
    engine.accept([work("triage_ticket", "zd:1"), work("check_for_chat", "cron:chat:1")])
    wait_until(lambda: engine.backlog.unfinished() == 0)
    engine.accept([work("triage_ticket", "zd:waits", 10**7), work("check_for_chat", "cron:waits", 10**7)])
    repeat = replace(work("triage_ticket", "zd:1"), once=True)
    everything = {"zd:1", "zd:waits", "cron:chat:1", "cron:waits"}
    assert keys(records) == everything

    assert pruner.at(NOW + DAY) == {}
    assert pruner.at(NOW + 3 * DAY) == {"scheduled": 1}
    assert keys(records) == everything - {"cron:chat:1"}
    assert engine.accept([repeat]) == [False], "a delivery that comes again is known"
    assert pruner.at(NOW + 31 * DAY) == {"work": 1}
    assert keys(records) == {"zd:waits", "cron:waits"}
    assert engine.accept([repeat]) == [True]


def test_parked_work_goes_too_and_its_failure_can_still_be_tried_again(start: Started, records: Records) -> None:
    """dbos takes it out of its queue, and the work of others is in none of ours either."""
    pruner, tried = PruningWorkflow(records), list[str]()

    def run(message: TriageTicket) -> None:
        tried.append(message.key)

    def waiting(key: str) -> Work:
        return replace(triage(key, len(key), "ticket.created", NOW), delay=10**7)

    engine = pruner.engine = start({"prune": pruner.workflow}, {TriageTicket: run})
    engine.accept([waiting(key) for key in ("zd:waits", "cron:waits", "zd:crashes", "others")])
    with records.engine.begin() as connection:
        table = workflow_status(connection)
        is_others = table.c.workflow_uuid == "others"
        connection.execute(sa.update(table).where(is_others).values(name="not ours"))
    for key in ("zd:crashes", "others"):
        DBOS.cancel_workflow(key)
    payload = waiting("zd:crashes").message.model_dump(mode="json")
    records.failures.add(replace(failure("zd:crashes", 0, "open"), payload=payload))

    assert pruner.at(NOW + 29 * DAY) == {}
    assert pruner.at(NOW + 31 * DAY) == {"work": 1}
    assert keys(records) == {"zd:waits", "cron:waits", "others"}
    DeadLetters(records.failures, engine.accept, lambda: NOW).retry_since(NOW - DAY)
    wait_until(lambda: tried == ["zd:crashes"])


def test_rules_that_say_nothing_of_it_keep_what_the_defaults_say() -> None:
    assert RoutingConfig.model_fields["retention"].default == RetentionConfig()


@pytest.mark.parametrize("ticket", [{"body": "thanks!"}, {}])
def test_a_comment_that_was_decided_on_is_known_by_its_text_or_else_by_its_time(ticket: dict[str, str]) -> None:
    last = decision("x", 10, ticket=ticket)
    known = CommentSnapshot(1, 2, True, "thanks!", NOW - 11 * DAY)
    assert is_decided(known, last)
    assert not is_decided(replace(known, body="and now?", created_at=NOW - 9 * DAY), last)
