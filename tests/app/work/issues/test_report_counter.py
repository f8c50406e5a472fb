"""The note that counts an issue's reports: one, however late what was lost arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from app.records.issue_notes import OurNote
from app.records.links import Link
from app.records.records import Records
from app.work.issues.report_counter import ReportCounter, count_work
from app.work.messages import CountReports, Work
from integrations.gitlab.client import GitLabClient
from integrations.sandbox import Fault, Sandbox
from tests.support.fakes import Clock, FakeEngine, dependencies
from tests.support.harness import PROJECT

NOTES = r"/api/v4/projects/[^/]+/issues/\d+/notes"


class Counting:
    def __init__(self, sandbox: Sandbox, records: Records) -> None:
        self.clock, self.gitlab, self.engine = Clock(), sandbox.gitlab, FakeEngine()
        self.client = GitLabClient(sandbox.gitlab.url, sandbox.gitlab.token)
        self.deps = dependencies(records, gitlab=self.client, engine=self.engine, clock=self.clock)
        self.settle = self.deps.limits.issue_settle
        self.gitlab.add_project(PROJECT, "public")
        self.iid = self.gitlab.add_issue(PROJECT, title="Tabs become spaces")
        self.project_id = self.gitlab.project(PROJECT)["id"]
        for ticket_id in (1, 2):
            link = Link(ticket_id, "report", self.project_id, PROJECT, self.iid, "", "opened", "linked")
            records.links.save(link, now=self.clock().isoformat())

    def first(self) -> CountReports:
        message = count_work("count", self.project_id, self.iid, self.clock()).message
        assert isinstance(message, CountReports)
        return message

    def count(self, message: CountReports) -> Work | None:
        """The work that follows, once its time has come."""
        self.engine.works.clear()
        ReportCounter(self.deps).run(message)
        work = next(iter(self.engine.works), None)
        self.clock.advance(work.delay if work else 0.0)
        return work

    def tries(self) -> int:
        return sum(call.method == "POST" and call.path.endswith("/notes") for call in self.gitlab.calls)

    def ours(self) -> list[str]:
        return [note["body"] for note in self.gitlab.issue(PROJECT, self.iid)["notes"]]


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Counting]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    with Sandbox.start() as sandbox:
        counting = Counting(sandbox, records)
        yield counting
        counting.client.close()
    records.close()


def message_of(work: Work | None) -> CountReports:
    assert work is not None
    assert isinstance(work.message, CountReports)
    return work.message


def until_done(counting: Counting, message: CountReports) -> None:
    while work := counting.count(message):
        message = message_of(work)


@pytest.mark.parametrize("again", ["tried again", "killed"])
def test_after_each_request_that_was_lost_it_is_waited_before_the_next(
    counting: Counting, again: Literal["tried again", "killed"]
) -> None:
    """Also after the second: it may arrive late as the first could."""
    counting.gitlab.faults.add(Fault(method="POST", path=NOTES, times=2, kind="drop_before"))
    message = counting.first()
    for _ in range(2):
        lost = counting.count(message)
        assert lost is not None
        next_try = counting.count(message if again == "killed" else message_of(lost))
        assert next_try is not None
        assert counting.settle - 5 < next_try.delay <= counting.settle
        message = message_of(next_try)
    assert (counting.tries(), counting.ours()) == (2, [])
    until_done(counting, message)
    assert (counting.tries(), len(counting.ours())) == (3, 1)


def test_in_place_of_a_note_that_somebody_deleted_one_is_written(counting: Counting) -> None:
    counting.deps.records.issue_notes.save(counting.project_id, counting.iid, OurNote(4711, "1 community report"))
    counting.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="drop_before"))
    lost = counting.count(counting.first())
    assert lost is not None
    counting.count(message_of(lost))
    assert counting.tries() == 1, "it may still come"


def test_what_was_certainly_not_written_is_written_without_a_wait(counting: Counting) -> None:
    counting.gitlab.faults.add(Fault(method="POST", path=NOTES, times=1, kind="status", status=429))
    refused = counting.count(counting.first())
    assert refused is not None
    assert counting.count(message_of(refused)) is None
    assert len(counting.ours()) == 1
