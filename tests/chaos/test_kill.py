"""The kill test in short; `make chaos` is the long form."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.plan import SETTLES_SOON, Plan
from tests.chaos.scenario import run


def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path, database_url: str) -> None:
    plan = Plan(
        tickets=16,
        kills=3,
        closes=2,
        seed=7,
        posts=8,
        posts_first=True,
        asks=5,
        settings=SETTLES_SOON,
        question_settles=3,
    )
    report = run(plan, tmp_path, database_url)
    assert not report.problems, report
