"""A deploy of new code while work is under way: nothing recorded is done again, nothing is stranded or doubled."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.records.database import make_engine
from app.work.engine.backlog import Backlog
from tests.app.work.conftest import wait_until
from tests.support.forked import Forked

STEPS_OF_OLD = ["first", "second"]
STEPS_OF_NEW = ["first", "check", "second", "third"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def status_of(engine: sa.Engine) -> sa.TableClause:
    columns = ("workflow_uuid", "status", "executor_id", "output", "completed_at")
    return sa.table(
        "workflow_status", *map(sa.column, columns), schema=None if engine.dialect.name == "sqlite" else "dbos"
    )


@dataclass
class Deploys:
    """Processes on one database, and what they wrote down."""

    url: str
    log: Path
    engine: sa.Engine
    processes: list[Forked] = field(default_factory=list)

    def start(self, version: str, way: str) -> Forked:
        before = len(self.lines("started"))
        self.processes.append(Forked("-m", f"tests.e2e.versions.{version}", self.url, str(self.log), way))
        wait_until(lambda: len(self.lines("started")) > before, seconds=60)
        return self.processes[-1]

    def lines(self, kind: str) -> list[list[str]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.split(" ")[1:] for line in lines if line.split(" ")[0] == kind]

    def steps(self) -> dict[str, list[str]]:
        """Of each piece of work, in order, as version:step."""
        found: dict[str, list[str]] = {}
        for version, key, step in self.lines("step"):
            found.setdefault(key, []).append(f"{version}:{step}")
        return found

    def ended(self, *keys: str) -> bool:
        table = status_of(self.engine)
        query = sa.select(sa.func.count()).where(table.c.workflow_uuid.in_(keys), table.c.status == "SUCCESS")
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one() == len(keys)

    def idle(self) -> None:
        wait_until(lambda: Backlog(self.engine).unfinished() == 0, seconds=60)

    def end(self, process: Forked, how: signal.Signals) -> None:
        process.send_signal(how)
        process.wait(timeout=60)


@pytest.fixture
def deploys(database_url: str, tmp_path: Path) -> Iterator[Deploys]:
    engine = make_engine(database_url, pool=1)
    deploys = Deploys(database_url, tmp_path / "log", engine)
    yield deploys
    for process in deploys.processes:
        process.end()
    engine.dispose()


def left_by_old(deploys: Deploys, how: signal.Signals) -> None:
    """One has ended and queued another, one hangs in its second step with one behind it, one is put off."""
    old = deploys.start("old", "left")
    wait_until(lambda: deploys.lines("hangs") and deploys.ended("ended", "queued-by-ended"))
    deploys.end(old, how)


def by(version: str, steps: list[str]) -> list[str]:
    return [f"{version}:{step}" for step in steps]


@pytest.mark.parametrize(
    ("database", "how"), [("sqlite", signal.SIGKILL), ("sqlite", signal.SIGTERM), ("postgresql", signal.SIGKILL)]
)
def test_a_new_version_finishes_what_the_old_one_left(deploys: Deploys, how: signal.Signals) -> None:
    left_by_old(deploys, how)
    deploys.start("new", "new")
    deploys.idle()
    assert deploys.lines("told") == []
    steps = deploys.steps()
    assert all(steps.pop(f"fresh-{number}") == ["new:only"] for number in range(10))
    assert steps == {
        "ended": by("old", STEPS_OF_OLD),
        "queued-by-ended": by("old", STEPS_OF_OLD),
        "hangs": ["old:first", *by("new", STEPS_OF_NEW[1:])],
        "waits": by("new", STEPS_OF_NEW),
        "put-off": by("new", STEPS_OF_NEW),
        "queued-by-hangs": by("new", STEPS_OF_NEW),
        "of-the-new": by("new", STEPS_OF_NEW),
    }


def test_both_versions_side_by_side(deploys: Deploys) -> None:
    """Rolling: the old one takes nothing that it does not know, and what it has when it ends, the new one finishes."""
    old = deploys.start("old", "left")
    wait_until(lambda: deploys.lines("hangs"))
    deploys.start("new", "new")
    # All but the one that hangs and the one behind it: a kill in a step that ran and is not kept would run it twice.
    wait_until(lambda: Backlog(deploys.engine).unfinished() == 2, seconds=60)
    deploys.end(old, signal.SIGKILL)
    deploys.idle()
    assert deploys.lines("told") == []
    steps = deploys.steps()
    assert len(steps) == 17
    assert all(set(Counter(step.partition(":")[2] for step in done).values()) == {1} for done in steps.values())
    assert steps["hangs"] == ["old:first", *by("new", STEPS_OF_NEW[1:])]
    assert {step for key, done in steps.items() if key.startswith("fresh") for step in done} == {"new:only"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_step_put_before_others_without_the_guard_is_told_and_holds_nobody(deploys: Deploys) -> None:
    """The one that stood before its second step ends well, as its past fits; the one that stood behind it is told."""
    left_by_old(deploys, signal.SIGKILL)
    ended_again(deploys, "ended")
    deploys.start("new", "broken")
    deploys.idle()
    assert deploys.lines("told") == [["ended", "rewritten"]]
    assert deploys.steps()["waits"] == by("new", STEPS_OF_NEW)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_bug_in_the_middle_of_what_was_recorded_is_told(deploys: Deploys) -> None:
    left_by_old(deploys, signal.SIGKILL)
    ended_again(deploys, "ended")
    deploys.start("new", "rash")
    deploys.idle()
    told = dict(deploys.lines("told"))
    assert told == dict.fromkeys(["ended", "hangs", "waits", "put-off"], "RuntimeError")


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_guard_lets_a_run_that_is_past_it_end_as_it_began(deploys: Deploys) -> None:
    left_by_old(deploys, signal.SIGKILL)
    ended_again(deploys, "ended")
    deploys.start("new", "nothing")
    deploys.idle()
    assert deploys.lines("told") == []
    assert deploys.steps()["ended"] == ["old:first", "old:second", "new:third"], "the appended one, not the inserted"
    assert deploys.steps()["queued-by-ended"] == by("old", STEPS_OF_OLD), "it was not queued once more"


@pytest.mark.parametrize("database", ["sqlite"])
def test_work_whose_workflow_is_gone_waits_is_told_and_holds_nobody(deploys: Deploys) -> None:
    deploys.end(deploys.start("old", "unknown"), signal.SIGKILL)
    deploys.start("new", "nothing")
    assert deploys.lines("started")[-1] == ["given_up"]
    wait_until(lambda: "new:third" in deploys.steps().get("behind-unknown", []), seconds=30)
    assert "unknown" not in deploys.steps()
    assert Backlog(deploys.engine).unknown_workflows(["mend", "fresh"], "1") == {"given_up": 1}
    old = deploys.start("old", "nothing")
    deploys.idle()
    deploys.end(old, signal.SIGKILL)
    assert deploys.steps()["unknown"] == ["old:only"], "by a version that knows it"


def ended_again(deploys: Deploys, key: str) -> None:
    """As if the process had died after the last step was kept, and before the end was."""
    table = status_of(deploys.engine)
    with deploys.engine.begin() as connection:
        connection.execute(
            sa.update(table)
            .where(table.c.workflow_uuid == key)
            .values(status="PENDING", executor_id="gone", output=None, completed_at=None)
        )
