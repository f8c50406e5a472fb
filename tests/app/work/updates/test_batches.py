"""An issue with any number of tickets: each piece of work reads, tells and marks as many as any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.records.links import MOST_AT_ONCE
from app.records.records import Records
from app.records.tables import links
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror
from app.work.messages import EnqueueTickets, FollowIssue
from app.work.updates.changes import ChangeFinder
from app.work.updates.workflow import IssueFollower
from tests.app.work.issues.test_closing_reason import ISSUE
from tests.app.work.updates.test_changes import FOLLOW, FakeGitLab
from tests.support.fakes import NOW, Clock, FakeEngine, dependencies

TICKETS = 2 * MOST_AT_ONCE + 7


@dataclass
class Follower:
    """Works through the batches, as the queue would."""

    records: Records
    engine: FakeEngine

    def work(self, message: FollowIssue) -> FollowIssue | None:
        """The work for the next batch."""
        deps = dependencies(self.records, gitlab=FakeGitLab(), engine=self.engine, clock=Clock(NOW))
        mirror = IssueMirror(
            self.records.tracked_issues, IssueIndex(self.records.tracked_issues, None, deps.now), deps.now
        )
        self.engine.works.clear()
        IssueFollower(deps, ChangeFinder(deps, mirror)).run(message)
        return next((one.message for one in self.engine.works if isinstance(one.message, FollowIssue)), None)

    def told(self) -> list[str]:
        """By the last batch, the tickets' numbers as they stand in the keys of the news."""
        queued = [one.message for one in self.engine.works]
        keys = [ticket.key for one in queued if isinstance(one, EnqueueTickets) for ticket in one.tickets]
        return [key.rpartition(":")[2] for key in keys]


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    with records.engine.begin() as connection:
        row = {"intent": "report", "project_id": 1, "project": "group/app", "iid": 3, "url": ISSUE.web_url}
        row |= {"state": "opened", "how": "linked", "marker": "", "created_at": "", "updated_at": "", "notified": {}}
        connection.execute(sa.insert(links), [{**row, "ticket_id": one} for one in range(1, TICKETS + 1)])
    return Follower(records, FakeEngine())


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def test_every_ticket_is_told_once_at_the_same_cost_for_each_batch(follower: Follower) -> None:
    costs, told = list[int](), list[str]()
    message: FollowIssue | None = FOLLOW
    while message is not None:
        with counted_statements() as statements:
            message = follower.work(message)
        costs.append(len(statements))
        told += follower.told()
    assert told == [str(one) for one in range(1, TICKETS + 1)]
    assert len(costs) == 3
    assert max(costs) <= 12, costs


def test_a_batch_that_is_cut_off_queues_the_same_again_and_one_that_is_marked_nothing(follower: Follower) -> None:
    follower.engine.answers["keep"] = None  # killed before
    follower.work(FOLLOW)
    first = [one.message.work_id for one in follower.engine.works]
    assert len(follower.told()) == MOST_AT_ONCE
    follower.engine.answers.clear()
    after = follower.work(FOLLOW)
    assert [one.message.work_id for one in follower.engine.works] == first
    assert after == follower.work(FOLLOW), "the rest is not left out"
    assert follower.told() == []
