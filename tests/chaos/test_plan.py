"""The kill test tells when it did not do what it was to do."""

from __future__ import annotations

from tests.chaos.plan import Plan


def test_kills_that_did_not_happen_are_problems() -> None:
    plan = Plan(tickets=1, kills=3, freezes=1)
    assert list(plan.missed({"killed": 3, "frozen": 1})) == []
    assert list(plan.missed({"killed": 2})) == ["killed 2 times instead of 3", "frozen 0 times instead of 1"]
