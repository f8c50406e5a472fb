"""Labelling: one unsure ticket after the other, and what a person chose becomes work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.model.training_report import TrainingReport
from tests.support.desk import Desk
from tests.support.tried_rules import send, with_rules

PAGE = "/desk/labelling"
UNSURE = {"decided_by": "none", "confidence": "low", "archetype": None}
MODEL = ({"asked": "model", "matched": False, "probabilities": {"mention": 0.5, "bug_report": 0.3, "gone": 0.1}},)


@pytest.fixture
def works(desk: Desk) -> list[Any]:
    queued: list[Any] = []
    with_rules(desk, works=queued)
    return queued


def test_nothing_to_label_and_no_training_are_said(desk: Desk, works: list[Any]) -> None:
    desk.sign_in("read")
    page = desk.get(PAGE).text
    assert "The service was sure of everything" in page
    assert "No training was run here yet" in page


def test_the_likely_archetypes_stand_first_with_keys(desk: Desk, works: list[Any]) -> None:
    desk.sign_in()
    desk.decision(ticket_id=1, trace=MODEL, **UNSURE)
    shown = desk.get(f"{PAGE}.json").json()
    assert [(one["name"], one["key"], one["share"]) for one in shown["archetypes"]] == [
        ("mention", 1, 0.5), ("bug_report", 2, 0.3), ("non_english", 3, None),
    ]  # fmt: skip
    page = desk.get(PAGE).text
    assert 'name="archetype" value="mention" data-number="1"' in page
    assert "since 10.4 it is broken" in page
    assert "1 ticket that the service was unsure of" in page


def test_a_choice_becomes_work_and_the_next_ticket_is_shown(desk: Desk, works: list[Any]) -> None:
    desk.sign_in(name="Ada")
    desk.decision(ticket_id=1, **UNSURE)
    desk.decision(ticket_id=2, **UNSURE)
    first = desk.get(f"{PAGE}.json").json()
    assert first["ticket"]["ticket_id"] == 2
    answer = desk.post(f"{PAGE}/2", archetype="mention", decision=str(first["decision_id"]))
    assert answer.status_code == 303
    (work,) = works
    assert (work.message.ticket_id, work.message.cause.archetype, work.message.cause.by) == (2, "mention", "Ada")
    page = desk.get(answer.headers["location"])
    assert "#2 becomes <b>mention</b>" in page.text
    assert desk.get(f"{PAGE}.json?before=&ticket=&chose=your+password&of=2").json()["chosen"] is None
    assert desk.get(answer.headers["location"].replace(PAGE, f"{PAGE}.json")).json()["ticket"]["ticket_id"] == 1
    again = desk.get(f"{PAGE}.json?ticket=2&before={first['decision_id']}").json()
    assert again["ticket"]["ticket_id"] == 2


def test_the_same_choice_twice_is_one_piece_of_work(desk: Desk, works: list[Any]) -> None:
    desk.sign_in()
    desk.decision(ticket_id=1, **UNSURE)
    for _ in range(2):
        desk.post(f"{PAGE}/1", archetype="mention")
    assert len({work.message.key for work in works}) == 1


def test_what_does_not_exist_cannot_be_chosen(desk: Desk, works: list[Any]) -> None:
    desk.sign_in()
    desk.decision(ticket_id=1, **UNSURE)
    assert desk.post(f"{PAGE}/1", archetype="nonsense").status_code == 409
    assert desk.post(f"{PAGE}/9", archetype="mention").status_code == 409
    assert desk.get(f"{PAGE}?ticket=9").status_code == 404
    assert works == []


def test_who_may_only_read_sees_buttons_that_do_nothing(desk: Desk, works: list[Any]) -> None:
    desk.sign_in("read")
    desk.decision(ticket_id=1, **UNSURE)
    assert 'data-number="1" disabled' in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/1", archetype="mention").status_code == 403
    desk.sign_in()
    assert send(desk, f"{PAGE}/1", {"archetype": "mention"}, **{"Sec-Fetch-Site": "none"}).status_code == 403
    assert works == []


def test_a_hostile_text_stays_text(desk: Desk, works: list[Any]) -> None:
    desk.sign_in()
    hostile = "<script>alert(1)</script>{{ 7*1234567 }}"
    desk.decision(ticket_id=1, ticket={"id": 1, "subject": hostile, "body": hostile}, summary=hostile, **UNSURE)
    page = desk.get(PAGE).text
    assert "<script>alert" not in page
    assert "8641969" not in page


def test_the_last_training_says_what_it_gained(desk: Desk, works: list[Any], tmp_path: Path) -> None:
    TrainingReport("2026-01-01T12:00:00+00:00", 1240, 52, 48, 0.8, 0.85, 0.87, 0.9, stored=True).keep(
        tmp_path / "models"
    )
    desk.sign_in("read")
    page = desk.get(PAGE).text
    assert "1,240 labelled tickets, 52 of them from this team" in page
    assert "0.800 → <b>0.850</b>" in page
