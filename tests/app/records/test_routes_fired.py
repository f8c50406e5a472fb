"""What became of routes: fired, changed by people, and what those in shadow would have decided."""

from __future__ import annotations

from typing import Any

import pytest

from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.corrections import Correction, Precision
from app.records.decision_list import DecisionFilter
from app.records.decisions import Decision
from app.records.records import Records
from app.records.routes_fired import ShadowCount

DAY = "2026-11-{:02d}T08:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def decide(records: Records, ticket: int, *, shadow: str = "", day: int = 5, **values: Any) -> None:
    trace = ({"asked": "route:new", "matched": True, "shadow": True, "archetype": shadow},) if shadow else ()
    plain = {"event": "created", "state": "done", "archetype": "praise", "decided_by": "route:thanks", "summary": ""}
    row = Decision(
        run_id=f"run-{ticket}-{values.get('event', '')}",
        ticket_id=ticket,
        config_hash="h",
        decided_at=DAY.format(day),
        trace=trace,
        **{**plain, **values},
    )
    records.decisions.save(row, lambda connection: records.routes_fired.add_within(connection, row))


def correct(records: Records, ticket: int, archetype: str, day: int = 6, was: str | None = "praise") -> bool:
    by = "route:thanks" if was else "none"
    return records.corrections.save(Correction(ticket, archetype, was, by, {"id": ticket}, DAY.format(day), "ann"))


def test_each_choice_of_a_person_is_kept_and_the_last_one_teaches(records: Records) -> None:
    decide(records, 1)
    assert correct(records, 1, "spam")
    assert not correct(records, 1, "spam"), "it is known"
    assert correct(records, 1, "incident", day=7, was="spam")
    history = records.corrections.of_ticket(1)
    assert [(one.archetype, one.was, one.by) for one in history] == [
        ("spam", "praise", "ann"),
        ("incident", "praise", "ann"),
    ]
    (taught,) = records.corrections.all()
    assert (taught.archetype, taught.was, taught.was_decided_by) == ("incident", "praise", "route:thanks")
    (precision,) = records.corrections.precision("decided_by")
    assert (precision.decided, precision.corrected) == (1, 1)


def test_a_decision_says_what_a_person_chose_after_it(records: Records) -> None:
    decide(records, 1)
    decide(records, 2, archetype=None, decided_by="none")
    correct(records, 1, "spam")
    correct(records, 2, "incident", was=None)
    rows = records.decision_list.page(DecisionFilter()).rows
    assert [(row.ticket_id, row.corrected_to, row.corrected) for row in rows] == [
        (2, "incident", False),
        (1, "spam", True),
    ]
    assert [row.ticket_id for row in records.decision_list.page(DecisionFilter(corrected=True)).rows] == [1]
    assert [row.ticket_id for row in records.decision_list.page(DecisionFilter(corrected=False)).rows] == [2]
    correct(records, 1, "praise", day=8)
    assert not records.decision_list.page(DecisionFilter(corrected=True)).rows, "they changed their mind"
    assert records.corrections.precision("decided_by")[-1].corrected == 0


def test_a_route_counts_its_tickets_since_a_time(records: Records) -> None:
    decide(records, 1, day=1)
    decide(records, 2, day=5)
    decide(records, 2, day=9, event="link")
    decide(records, 3, day=6)
    decide(records, 4, day=7, decided_by="model")
    correct(records, 2, "spam")
    thanks, never = records.routes_fired.since(DAY.format(4)).routes(["thanks", "never"])
    assert (thanks.fired, thanks.precision.corrected, thanks.last_at) == (2, 1, DAY.format(6))
    assert (never.fired, never.last_at, never.shadow) == (0, None, ShadowCount())
    spans = records.routes_fired.of_route("thanks", [DAY.format(6), DAY.format(4), DAY.format(1)])
    assert [(one.fired, one.precision.corrected) for one in spans] == [(1, 0), (2, 1), (3, 1)]
    assert records.routes_fired.of_route("never", [DAY.format(1)])[0].last_at is None


def test_an_archetype_counts_whatever_decided_but_a_person(records: Records) -> None:
    decide(records, 1, day=1)
    decide(records, 2, day=5)
    decide(records, 3, day=7, decided_by="model")
    decide(records, 4, day=8, decided_by="person")
    decide(records, 5, day=8, archetype=None, decided_by="none")
    correct(records, 2, "spam")
    praise, spam = records.routes_fired.since(DAY.format(4)).archetypes(["praise", "spam"])
    assert (praise.fired, praise.precision.corrected, praise.last_at) == (2, 1, DAY.format(7))
    assert (spam.fired, spam.last_at) == (0, None)


def test_a_shadow_is_compared_with_what_was_decided_and_with_what_people_chose(records: Records) -> None:
    decide(records, 1, shadow="praise")
    decide(records, 2, shadow="spam", day=6)
    decide(records, 2, shadow="spam", day=6)  # decided again after a conflict
    decide(records, 3, shadow="spam", day=7)
    decide(records, 4, shadow="spam", day=1)
    correct(records, 2, "spam")
    (new,) = records.routes_fired.since(DAY.format(2)).routes(["new"])
    assert records.routes_fired.of_route("new", [DAY.format(8), DAY.format(2)])[1] == new
    assert records.routes_fired.of_route("new", [DAY.format(8), DAY.format(2)])[0].shadow == ShadowCount()
    assert new.shadow == ShadowCount(would=3, as_decided=1, as_corrected=1, last_at=DAY.format(7))


@pytest.mark.parametrize(
    ("decided", "corrected", "low", "high"), [(0, 0, 0.0, 1.0), (1, 0, 0.21, 1.0), (10, 1, 0.60, 0.98), (5, 5, 0, 0.43)]
)
def test_few_tickets_say_little(decided: int, corrected: int, low: float, high: float) -> None:
    assert Precision("x", decided, corrected).interval == pytest.approx((low, high), abs=0.01)


def test_calls_of_a_ticket_come_in_their_order(records: Records) -> None:
    made = [MadeCall("zendesk", "GET /t/1", 200, 12, DAY.format(1)), MadeCall("gitlab", "POST", None, 9, DAY.format(1))]
    with records.engine.begin() as connection:
        records.calls.add_within(connection, 1, "run", made)
        records.calls.add_within(connection, 2, "other", made[:1])
        records.calls.add_within(connection, 1, "later", made[:1])
    found = records.calls.of_ticket(1)
    assert [(one.run_id, one.service, one.status, one.ms) for one in found] == [
        ("run", "zendesk", 200, 12),
        ("run", "gitlab", None, 9),
        ("later", "zendesk", 200, 12),
    ]


def test_the_audit_is_read_page_by_page_and_by_what_was_done(records: Records) -> None:
    for number in range(1, 5):
        records.audit.add(
            AuditEntry(
                at=DAY.format(number),
                name="ann",
                role="operate",
                what="retry",
                about=f"failure {number}",
                after=[number],
            )
        )
    records.audit.add(AuditEntry(at=DAY.format(9), name="bob", role="read", what="login", about="desk", session="s"))
    first = records.audit.newest(limit=2)
    assert [(one.name, one.what) for one in first] == [("bob", "login"), ("ann", "retry")]
    rest = records.audit.newest(before=first[-1].id)
    assert [(one.about, one.after) for one in rest] == [("failure 3", [3]), ("failure 2", [2]), ("failure 1", [1])]
    assert [one.about for one in records.audit.newest(about="failure 2")] == ["failure 2"]
