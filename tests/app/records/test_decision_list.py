"""The list of decisions: each filter, page by page, on both databases; and how SQLite reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import event

from app.records import decision_list
from app.records.decision_list import DecisionFilter
from app.records.decisions import Decision
from app.records.links import Link
from app.records.records import Records

DAY = "2026-11-{:02d}T08:00:00+00:00"
PLAIN: dict[str, Any] = {
    "event": "created",
    "state": "done",
    "archetype": "praise",
    "confidence": "high",
    "decided_by": "route:praise",
    "channel": "twitter",
    "summary": "words of thanks",
    "config_hash": "h",
    "decided_at": DAY.format(1),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def keep(records: Records, ticket: int, *, subject: str = "Hello", body: str = "", **values: Any) -> None:
    text = {"id": ticket, "subject": subject, "body": body}
    records.decisions.save(Decision(run_id=f"run-{ticket}", ticket_id=ticket, **{**PLAIN, "ticket": text, **values}))


def found(records: Records, **wanted: Any) -> list[int]:
    return [row.ticket_id for row in records.decision_list.page(DecisionFilter(**wanted)).rows]


def test_a_filter_lets_through_what_has_the_value(records: Records) -> None:
    others = {"channel": "reddit", "archetype": "spam", "state": "failed", "confidence": "low", "decided_by": "model"}
    keep(records, 1)
    for ticket, (name, value) in enumerate(others.items(), start=2):
        keep(records, ticket, **{name: value})
    keep(records, 7, archetype=None, confidence=None)
    assert {name: found(records, **{name: value}) for name, value in others.items()} == {
        name: [ticket] for ticket, name in enumerate(others, start=2)
    }
    assert found(records, **{name: PLAIN[name] for name in others}) == [1]
    assert found(records) == [7, 6, 5, 4, 3, 2, 1]


def test_any_route_and_dates(records: Records) -> None:
    keep(records, 1, decided_by="route:praise", decided_at=DAY.format(2))
    keep(records, 2, decided_by="model", decided_at=DAY.format(3))
    keep(records, 3, decided_by="route:spam", decided_at=DAY.format(4))
    assert found(records, decided_by="route") == [3, 1]
    assert found(records, since=DAY.format(3)) == [3, 2]
    assert found(records, until=DAY.format(3)) == [1]
    assert found(records, decided_by="route", since=DAY.format(3), until=DAY.format(5)) == [3]


def test_pages_follow_one_another_without_a_gap_while_new_ones_come(records: Records) -> None:
    for ticket in range(1, 8):
        keep(records, ticket)
    first = records.decision_list.page(DecisionFilter(), limit=3)
    keep(records, 8)
    second = records.decision_list.page(DecisionFilter(), before=first.before, limit=3)
    third = records.decision_list.page(DecisionFilter(), before=second.before, limit=3)
    assert [[row.ticket_id for row in page.rows] for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.before is None


def test_what_is_newer_is_counted_by_the_same_filter(records: Records) -> None:
    for ticket, body in enumerate(("a pipeline", "a pipeline", "a runner", "a pipeline"), start=1):
        keep(records, ticket, body=body, channel="forum" if ticket == 4 else "twitter")
    (first,) = records.decision_list.page(DecisionFilter(search="1")).rows
    for wanted, count in (
        (DecisionFilter(), 3),
        (DecisionFilter(channel="forum"), 1),
        (DecisionFilter(search="pipeline"), 2),
        (DecisionFilter(search="pipeline", channel="twitter"), 1),
        (DecisionFilter(search="4"), 1),
        (DecisionFilter(search="1"), 0),
    ):
        assert records.decision_list.count_newer(wanted, first.id, most=9) == count
    assert records.decision_list.count_newer(DecisionFilter(), first.id, most=2) == 2


def test_a_last_page_that_is_full_leads_to_no_empty_one(records: Records) -> None:
    for ticket in (1, 2, 3):
        keep(records, ticket)
    assert records.decision_list.page(DecisionFilter(), limit=3).before is None


SEARCHES = {
    "2": [2],
    "#7": [3, 2],
    "gitlab-org/gitlab#7": [2],
    "gitlab#7": [2],
    "gitlab-org/runner#7": [3],
    "lab#7": [],
    "https://gitlab.com/gitlab-org/gitlab/-/issues/7": [2],
    "https://gitlab.com/gitlab-org/runner/-/work_items/7/": [3],
    "https://gitlab.com/other/gitlab-org/-/issues/7": [],
    "größe": [1],
    "WENT": [3],
    "100%": [2],
    "%": [2],
    "subject": [],
}


def test_search_by_ticket_issue_and_text(records: Records) -> None:
    keep(records, 1, body="The größe is wrong")
    keep(records, 2, subject="100% CPU")
    keep(records, 3, body="It went away")
    for ticket, project, number in ((2, "gitlab-org/gitlab", 1), (3, "gitlab-org/runner", 2)):
        records.links.save(Link(ticket, "issue", number, project, 7, "", "opened", "linked"), now=DAY.format(1))
    assert {search: found(records, search=search) for search in SEARCHES} == SEARCHES


def test_a_search_and_a_filter_hold_together(records: Records) -> None:
    keep(records, 1, body="broken", channel="reddit")
    keep(records, 2, body="broken")
    assert found(records, search="broken", channel="reddit") == [1]
    assert found(records, search="2", channel="reddit") == []


def test_a_search_of_texts_says_how_far_back_it_looked_and_goes_on_there(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_list, "MOST_TEXTS", 3)
    keep(records, 1, body="a needle")
    for ticket in (2, 3, 4):
        keep(records, ticket, decided_at=DAY.format(ticket))
    keep(records, 5, body="another needle")
    first = records.decision_list.page(DecisionFilter(search="needle"))
    assert [row.ticket_id for row in first.rows] == [5]
    assert first.searched_to == DAY.format(3)
    second = records.decision_list.page(DecisionFilter(search="needle"), before=first.before)
    assert ([row.ticket_id for row in second.rows], second.before, second.searched_to) == ([1], None, "")


def test_a_row_has_its_issues_and_no_text_once_that_is_forgotten(records: Records) -> None:
    keep(records, 1, subject="Board is broken")
    records.links.save(Link(1, "issue", 1, "a/b", 7, "https://x/7", "opened", "linked"), now=DAY.format(1))
    records.links.save(Link(1, "incident", 1, "a/b", None, "", "opening", "opened"), now=DAY.format(1))
    (row,) = records.decision_list.page(DecisionFilter()).rows
    assert [(one.project, one.iid, one.state) for one in row.issues] == [("a/b", 7, "opened")]
    assert row.subject == "Board is broken"
    records.forget_texts(1)
    (row,) = records.decision_list.page(DecisionFilter()).rows
    assert row.subject == ""


# --- how SQLite reads it

ALL: dict[str, Any] = {one.name: "x" for one in fields(DecisionFilter)} | {"corrected": True, "search": ""}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_filter_reads_the_index_in_its_order_and_not_the_long_rows(records: Records) -> None:
    alone: list[dict[str, Any]] = [{name: value} for name, value in ALL.items() if value]
    for wanted in ({}, ALL, *alone, {"corrected": False}):
        for search in ("", "needle"):
            plans = _plans(records, DecisionFilter(**{**wanted, "search": search}), before=1000)
            assert any("COVERING INDEX ix_decisions_listed (id<?)" in step for step in plans), (wanted, plans)
            assert not [step for step in plans if "TEMP B-TREE" in step or step == "SCAN decisions"], (wanted, plans)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_counted_stands_in_an_index(records: Records) -> None:
    for count, index in (
        (lambda: records.routes_fired.since(DAY.format(1)), "ix_decisions_counted"),
        (lambda: records.routes_fired.of_route("it", [DAY.format(1), DAY.format(2)]), "ix_decisions_"),
        (
            lambda: records.decision_list.count_newer(DecisionFilter(state="done"), 1, most=9),
            "ix_decisions_listed (id>?)",
        ),
        (lambda: records.decisions.unsure(limit=9, before=9), "ix_decisions_listed (id<?)"),
        (lambda: records.audit.newest(about="ticket 7"), "ix_audit_about (about=?)"),
    ):
        plans = _plans_of(records, count)
        assert any(f"INDEX {index}" in step for step in plans), (index, plans)
        assert not [step for step in plans if step == "SCAN decisions"], plans
    links = _plans(records, DecisionFilter(search="#7"), before=None)
    assert any("COVERING INDEX ix_links_iid (iid=?)" in step for step in links), links


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_number_is_looked_up(records: Records) -> None:
    for search in ("7", "#7", "a/b#7"):
        plans = _plans(records, DecisionFilter(**{**ALL, "search": search}), before=None)
        assert any("ix_decisions_ticket_id (ticket_id=?)" in step for step in plans), plans


def _plans(records: Records, wanted: DecisionFilter, *, before: int | None) -> list[str]:
    """What SQLite says that it does for the queries of a page."""
    return _plans_of(records, lambda: records.decision_list.page(wanted, before=before))


def _plans_of(records: Records, ask: Callable[[], object]) -> list[str]:
    ran: list[tuple[str, Any]] = []
    event.listen(records.reader, "before_cursor_execute", lambda *args: ran.append((args[2], args[3])))
    ask()
    with records.reader.connect() as connection:
        return [
            str(row[3])
            for query, values in list(ran)
            if "FROM links" not in query.partition("WHERE")[0]
            for row in connection.exec_driver_sql(f"explain query plan {query}", values)
        ]
