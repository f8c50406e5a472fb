"""What takes long to count is counted once a minute, whoever asks."""

from __future__ import annotations

from datetime import timedelta

from app.desk.kept import LASTS, MOST, Kept
from tests.support.desk import Desk
from tests.support.fakes import NOW


def test_it_is_counted_again_after_a_minute_and_not_before() -> None:
    kept, counted = Kept(), iter(range(9))
    seconds = [0, LASTS.total_seconds() - 1, LASTS.total_seconds()]
    found = [kept.of("a", NOW + timedelta(seconds=one), lambda: next(counted)) for one in seconds]
    assert [one for _, one in found] == [0, 0, 1]
    assert found[1][0] == NOW
    assert kept.of("b", NOW, lambda: next(counted))[1] == 2


def test_few_are_kept() -> None:
    kept = Kept()
    for number in range(MOST + 1):
        kept.of(number, NOW, lambda: "first")
    assert kept.of(MOST, NOW, lambda: "again")[1] == "first"
    assert kept.of(0, NOW, lambda: "again")[1] == "again"


def test_a_clock_that_was_set_back_keeps_nothing_for_long() -> None:
    kept = Kept()
    kept.of("a", NOW, lambda: 1)
    assert kept.of("a", NOW - timedelta(hours=1), lambda: 2)[1] == 2


def test_the_rules_are_not_asked_for_by_a_tick_and_counted_once_a_minute(desk: Desk) -> None:
    desk.sign_in("read")
    page = desk.get("/desk/rules")
    assert "desk:tick" not in page.text
    counted = desk.get("/desk/rules.json").json()["counted_at"]
    desk.clock.advance(30)
    assert desk.get("/desk/rules.json").json()["counted_at"] == counted
    desk.clock.advance(30)
    assert desk.get("/desk/rules.json").json()["counted_at"] != counted
