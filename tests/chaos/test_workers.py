"""Several processes on one database: each piece of work is done by one of them, whatever happens to the others.

Reports that are alike come in the same instant, and GitLab loses answers: one issue is opened for all of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.chaos.plan import SETTLES_SOON, Plan
from tests.chaos.scenario import run
from tests.support.postgres import PostgresServer


def test_three_processes_share_the_work_while_one_is_killed_and_one_frozen(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    plan = Plan(tickets=6, kills=1, freezes=1, workers=2, alike=12, seed=11, settings=SETTLES_SOON)
    report = run(plan, tmp_path, postgres.migrated_database())
    assert not report.problems, report


def test_two_processes_on_one_sqlite_file_share_the_work(tmp_path: Path, database_url: str) -> None:
    """On one machine and a local disk: what keeps them apart is WAL and flock, which know nothing of other machines."""
    plan = Plan(tickets=4, kills=1, freezes=1, workers=1, alike=6, seed=3, settings=SETTLES_SOON)
    report = run(plan, tmp_path, database_url)
    assert not report.problems, report
