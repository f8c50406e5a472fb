"""The kill test in short; `make chaos` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.battle import fight
from tests.chaos.plan import Plan
from tests.postgres import PostgresServer

# A lost request is over after two seconds here, so that nobody has to wait for it longer than that.
SETTLES_SOON = (("issue_wait: 20", "issue_wait: 20\n  issue_settle: 3"),)


def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    plan = Plan(tickets=40, kills=5, stops=1, seed=7, settings=SETTLES_SOON)
    report = fight(plan, tmp_path, f"sqlite:///{tmp_path / 'pointsman.db'}")
    assert not report.problems, report


def test_three_processes_share_the_work_while_they_are_killed_and_frozen(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    plan = Plan(tickets=40, kills=3, freezes=2, stops=1, workers=2, seed=11, settings=SETTLES_SOON)
    report = fight(plan, tmp_path, postgres.new_database())
    assert not report.problems, report


@pytest.mark.parametrize("seed", [3])
def test_two_processes_on_one_sqlite_file_share_the_work(tmp_path: Path, seed: int) -> None:
    """On one machine and a local disk: WAL and flock know nothing of others."""
    plan = Plan(tickets=15, kills=1, freezes=1, workers=1, seed=seed, settings=SETTLES_SOON)
    report = fight(plan, tmp_path, f"sqlite:///{tmp_path / 'pointsman.db'}")
    assert not report.problems, report
