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
from tests.support.harness import PROJECT
from tests.support.paths import ROOT

NOTES = r"/api/v4/projects/[^/]+/issues/\d+/notes"


class Harness:
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
def harness(tmp_path: Path) -> Iterator[Harness]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    with Sandbox.start() as sandbox:
        harness = Harness(sandbox, records)
        yield harness
        harness.client.close()
    records.close()


def until_done(harness: Harness, delivery: JSON) -> None:
    work: Work | None = replace(count_work("", 0, 0, harness.now()), payload=delivery)
    while work:
        work = harness.count(dict(work.payload))


@pytest.mark.parametrize("again", ["tried again", "killed"])
def test_after_each_request_that_was_lost_it_is_waited_before_the_next(
    harness: Harness, again: Literal["tried again", "killed"]
) -> None:
    """Also after the second: it may arrive late as the first could."""
    harness.gitlab.faults.add(Fault(method="POST", path=NOTES, times=2, kind="drop_before"))
    delivery = harness.first()
    for _ in range(2):
        lost = harness.count(delivery)
        assert lost is not None
        next_try = harness.count(delivery if again == "killed" else dict(lost.payload))
        assert next_try is not None
        assert harness.settle - 5 < next_try.delay <= harness.settle
        delivery = dict(next_try.payload)
    assert (harness.tries(), harness.ours()) == (2, [])
    until_done(harness, delivery)
    assert (harness.tries(), len(harness.ours())) == (3, 1)


def test_in_place_of_a_note_that_somebody_deleted_one_is_written(harness: Harness) -> None:
    harness.notes.notes.save(harness.project_id, harness.iid, OurNote(4711, "1 community report"))
    harness.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="drop_before"))
    lost = harness.count(harness.first())
    assert lost is not None
    harness.count(dict(lost.payload))
    assert harness.tries() == 1, "it may still come"


def test_what_was_certainly_not_written_is_written_without_a_wait(harness: Harness) -> None:
    harness.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="status", status=429))
    refused = harness.count(harness.first())
    assert refused is not None
    assert harness.count(dict(refused.payload)) is None
    assert len(harness.ours()) == 1
