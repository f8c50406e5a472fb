"""One issue is closed that 1,000, 10,000 or 100,000 tickets report: what each ticket costs until its news are queued.

Without HTTP. What follows, the ticket's own work, is that of any ticket. Each size has a process of its own, because
the most memory that a process had is never forgotten.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from app.records.records import Records
from app.records.tables import links
from app.work.engine.engine import Engine
from app.work.engine.work_store import WorkStore
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror
from app.work.messages import FollowIssue, Work
from app.work.updates.changes import ChangeFinder
from app.work.updates.workflow import IssueFollower
from integrations.gitlab.issues import GitLabIssue
from tests.support.fakes import FakeEngine, dependencies

SIZES = (1_000, 10_000, 100_000)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(console: Console) -> None:
    columns = ("tickets", "pieces of work", "statements / ticket", "ms / ticket", "memory gained, MB", "answer, kB")
    table = Table(*columns, title="An issue is closed, SQLite, until all news are queued")
    for size in SIZES:
        said = subprocess.run(
            [sys.executable, "-m", "bench.links", str(size)], stdout=subprocess.PIPE, check=True, text=True
        )
        table.add_row(f"{size:,}", *json.loads(said.stdout))
    console.print(table)


def measured(size: int) -> list[str]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'pointsman.db'}"
        records, store = Records.open(url), WorkStore(url)
        create_queue(url)
        fill(records, size)
        engine = _Queue(store)
        deps = dependencies(records, gitlab=_GitLab(), engine=engine, clock=lambda: NOW)
        mirror = IssueMirror(records.tracked_issues, IssueIndex(records.tracked_issues, None, deps.now), deps.now)
        follower, pieces = IssueFollower(deps, ChangeFinder(deps, mirror)), 0
        statements = [0]
        event.listen(sa.Engine, "before_cursor_execute", lambda *_: statements.__setitem__(0, statements[0] + 1))
        before, began = _most_memory(), time.perf_counter()
        engine.next = FollowIssue(key="bench", accepted_at=NOW, project_id=1, iid=3)
        while (message := engine.next) is not None:
            engine.next, pieces = None, pieces + 1
            follower.run(message)
        seconds = time.perf_counter() - began
        return [
            str(pieces),
            f"{statements[0] / size:.3f}",
            f"{seconds / size * 1000:.2f}",
            f"{_most_memory() - before:.0f}",
            f"{engine.largest / 1000:,.0f}",
        ]


def create_queue(url: str) -> None:
    engine = Engine(url, worker=False)
    engine.start()
    engine.stop()


def fill(records: Records, size: int) -> None:
    row = {"intent": "report", "project_id": 1, "project": "group/app", "iid": 3, "url": "", "state": "opened"}
    row |= {"how": "linked", "marker": "", "created_at": "", "updated_at": "", "notified": {}, "channel": "twitter"}
    with records.engine.begin() as connection:
        for start in range(1, size + 1, 1000):
            connection.execute(sa.insert(links), [{**row, "ticket_id": one} for one in range(start, start + 1000)])


def _most_memory() -> float:
    """MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Queue(FakeEngine):
    """Steps are done at once; what they lead to is stored, and the next batch is done next."""

    def __init__(self, store: WorkStore) -> None:
        super().__init__()
        self.store = store
        self.next: FollowIssue | None = None
        self.largest = 0
        """Bytes of the longest answer of a step."""

    def step(self, name: str, function: Any, *args: Any, **options: Any) -> Any:
        answer = super().step(name, function, *args, **options)
        stored = answer.model_dump_json() if hasattr(answer, "model_dump_json") else ""
        self.largest = max(self.largest, len(stored))
        return answer

    def later(self, work: Work) -> None:
        if isinstance(work.message, FollowIssue):
            self.next = work.message
        else:
            self.store.ensure([work])


class _GitLab:
    def issue(self, project_id: int, iid: int) -> GitLabIssue:
        return GitLabIssue(
            id=1,
            iid=iid,
            project_id=project_id,
            title="It breaks",
            description="",
            state="closed",
            labels=("bug",),
            confidential=False,
            web_url="https://gitlab.example.com/group/app/-/issues/3",
            author_id=1,
            created_at=NOW,
            updated_at=NOW,
            upvotes=0,
            moved_to_id=None,
            duplicated_to=None,
            issue_type="issue",
            reference="group/app#3",
            closed_at=NOW,
        )

    def project(self, _project_id: int) -> object:
        return SimpleNamespace(public=True)

    def closed_by_merge_request(self, *_: int) -> bool:
        return True


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
