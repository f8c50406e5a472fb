"""What is read of past decisions: for a backtest, and for people who label."""

from __future__ import annotations

from typing import Any

import pytest

from app.records.corrections import Correction
from app.records.decisions import Decision, latest
from app.records.records import Records
from app.work.operations.past_tickets import chosen_by_people, past_tickets

AT = "2026-01-01T12:00:00+00:00"


def decide(records: Records, run: str, ticket_id: int, **values: Any) -> None:
    known = {
        "event": "ticket.created", "state": "done", "confidence": "high", "decided_by": "route:praise",
        "archetype": "mention", "summary": "", "config_hash": "a", "decided_at": AT,
        "ticket": {"id": ticket_id, "body": f"text {run}", "tags": ["archetype__bug_report", "vip"]},
    }  # fmt: skip
    records.decisions.save(Decision(run_id=run, ticket_id=ticket_id, **(known | values)))


def correct(records: Records, ticket_id: int, archetype: str) -> None:
    records.corrections.save(Correction(ticket_id, archetype, "mention", "route:praise", {}, AT))


def test_the_first_look_at_each_of_the_newest_tickets(records: Records) -> None:
    decide(records, "a", 1)
    decide(records, "b", 2)
    decide(records, "a2", 1, event="ticket.updated")
    decide(records, "link", 2, event="link")
    decide(records, "c", 3, ticket={})
    decide(records, "waits", 4, config_hash="")
    decide(records, "d", 5)
    assert [one.run_id for one in records.decisions.first_looks(limit=9)] == ["d", "b", "a"]
    assert [one.run_id for one in records.decisions.first_looks(limit=3, batch=1)] == ["d", "b"]


def test_a_question_before_the_first_verdict_does_not_say_how_a_ticket_stands(records: Records) -> None:
    decide(records, "first", 1, state="waiting", archetype=None, config_hash="")
    decide(records, "question", 1, event="asked", archetype=None)
    decide(records, "first", 1)
    newest = latest(records.decisions.of_ticket(1))
    assert newest is not None
    assert (newest.run_id, newest.archetype) == ("first", "mention")
    decide(records, "another", 1, event="asked")
    assert latest(records.decisions.of_ticket(1)) == records.decisions.by_run("another"), "it has the verdict"
    decide(records, "alone", 2, event="asked", archetype=None)
    assert latest(records.decisions.of_ticket(2)) == records.decisions.by_run("alone")
    assert latest([]) is None


def test_past_tickets_know_what_people_chose_and_not_our_tags(records: Records) -> None:
    decide(records, "a", 1)
    decide(records, "b", 2)
    decide(records, "c", 3, decided_by="person", archetype="spam")
    decide(records, "d", 4)
    correct(records, 1, "bug_report")
    decide(records, "b2", 2, decided_by="person", archetype="spam", event="ticket.updated")
    chosen = chosen_by_people(records.decisions, records.corrections)
    past = {one.ticket.id: one for one in past_tickets(records.decisions.first_looks(limit=9), chosen)}
    assert {number: one.chosen for number, one in past.items()} == {1: "bug_report", 2: "spam", 3: "spam", 4: None}
    assert past[1].ticket.tags == ("vip",)


def test_a_person_is_asked_about_what_the_service_was_unsure_of(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(records, "sure", 1)
    decide(records, "left", 2, decided_by="none", confidence="low", archetype=None)
    decide(records, "guess", 3, decided_by="model", confidence="medium")
    decide(records, "judged", 4, decided_by="none", confidence="low", archetype=None)
    decide(records, "judged2", 4, decided_by="person", event="chosen")
    decide(records, "corrected", 5, decided_by="model", confidence="medium")
    correct(records, 5, "bug_report")
    decide(records, "forgotten", 6, decided_by="none", confidence="low", ticket={})
    decide(records, "told", 7, decided_by="none", confidence="low", archetype=None)
    decide(records, "told2", 7, event="issue_changed")
    decisions = records.decisions
    ids = decisions.unsure(limit=9)
    found = [one.run_id for number in ids if (one := decisions.by_id(number))]
    assert found == ["told", "guess", "left"]
    assert decisions.unsure(limit=9, before=ids[0]) == ids[1:]
    monkeypatch.setattr("app.records.decisions.UNSURE_BATCH", 1)
    assert (decisions.unsure(limit=9), decisions.unsure(limit=2)) == (ids, ids[:2])
