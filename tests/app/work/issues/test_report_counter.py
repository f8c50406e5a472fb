"""The note that counts an issue's reports: one, however late what was lost arrives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from app.records.issue_notes import OurNote
from app.records.records import Records
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.issues.report_counter import OurNotes, count_work
from app.work.jobs.job import Jobs
from app.work.jobs.pause import Pausing
from integrations.gitlab.client import GitLabClient
from integrations.sandbox import Fault, Sandbox
from tests.app.work.stored import Stored
from tests.support.paths import ROOT
from tests.support.service import PROJECT

NOTES = r"/api/v4/projects/[^/]+/issues/\d+/notes"


class House:
    def __init__(self, sandbox: Sandbox, records: Records) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.gitlab, self.engine = sandbox.gitlab, Stored()
        self.client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token)
        rulebook = Rulebook(ROOT / "routing.yaml", ROOT / "macros.yaml", records.config_versions, self.now)
        self.settle = rulebook.current().routing.limits.issue_settle
        self.gitlab.add_project(PROJECT, "public")
        self.iid = self.gitlab.add_issue(PROJECT, title="Tabs become spaces")
        self.project_id = self.gitlab.project(PROJECT)["id"]
        jobs = Jobs(self.engine, records.failures, records.attempts, cast("Any", None), rulebook, self.now)
        pausing = Pausing(records.pauses)
        self.notes = OurNotes(jobs, lambda: self.client, records.links, records.issue_notes, rulebook, pausing, "s")
        for ticket_id in (1, 2):
            records.links.settle(
                ticket_id, "report", project_id=self.project_id, project=PROJECT, iid=self.iid, url="",
                state="opened", how="linked", now=self.now().isoformat(),
            )  # fmt: skip

    def now(self) -> datetime:
        return self.time

    def first(self) -> JSON:
        return dict(count_work("count", self.project_id, self.iid, self.time).payload)

    def count(self, delivery: JSON) -> Work | None:
        """The work that follows, once its time has come."""
        self.engine.works.clear()
        self.notes.count(delivery)
        work = next(iter(self.engine.works), None)
        self.time += timedelta(seconds=work.delay if work else 0.0)
        return work

    def tries(self) -> int:
        return sum(call.method == "POST" and call.path.endswith("/notes") for call in self.gitlab.calls)

    def ours(self) -> list[str]:
        return [note["body"] for note in self.gitlab.issue(PROJECT, self.iid)["notes"]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    with Sandbox.start() as sandbox:
        house = House(sandbox, records)
        yield house
        house.client.close()
    records.close()


def until_done(house: House, delivery: JSON) -> None:
    work: Work | None = replace(count_work("", 0, 0, house.now()), payload=delivery)
    while work:
        work = house.count(dict(work.payload))


@pytest.mark.parametrize("again", ["tried again", "killed"])
def test_after_each_request_that_was_lost_it_is_waited_before_the_next(
    house: House, again: Literal["tried again", "killed"]
) -> None:
    """Also after the second: it may arrive late as the first could."""
    house.gitlab.faults.add(Fault(method="POST", path=NOTES, times=2, kind="drop_before"))
    delivery = house.first()
    for _ in range(2):
        lost = house.count(delivery)
        assert lost is not None
        next_try = house.count(delivery if again == "killed" else dict(lost.payload))
        assert next_try is not None
        assert house.settle - 5 < next_try.delay <= house.settle
        delivery = dict(next_try.payload)
    assert (house.tries(), house.ours()) == (2, [])
    until_done(house, delivery)
    assert (house.tries(), len(house.ours())) == (3, 1)


def test_in_place_of_a_note_that_somebody_deleted_one_is_written(house: House) -> None:
    house.notes.notes.save(house.project_id, house.iid, OurNote(4711, "1 community report"))
    house.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="drop_before"))
    lost = house.count(house.first())
    assert lost is not None
    house.count(dict(lost.payload))
    assert house.tries() == 1, "it may still come"


def test_what_was_certainly_not_written_is_written_without_a_wait(house: House) -> None:
    house.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="status", status=429))
    refused = house.count(house.first())
    assert refused is not None
    assert house.count(dict(refused.payload)) is None
    assert len(house.ours()) == 1
