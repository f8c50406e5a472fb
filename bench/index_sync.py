"""Our copy of a tracker: 100,000 issues synced page by page into the records and into memory, and what that holds."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from app.records.records import Records
from app.work.issues.index import IssueIndex
from app.work.issues.mirror import IssueMirror
from app.work.issues.projects import ProjectCache
from app.work.issues.sync import IssueSync, first_sync_done
from app.work.messages import SyncIssues
from integrations.gitlab.issues import GitLabIssue
from tests.support.fakes import dependencies

ISSUES = 100_000
PAGE = 100
STEP = 20_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "pipeline runner request wiki editor registry mirror clone push webhook label board milestone avatar".split()  # noqa: SIM905  # reads best so


def run(console: Console) -> None:
    table = Table("issues", "seconds", "issues / s", "more memory than at 20,000, MB", title="Syncing, without HTTP")
    with TemporaryDirectory() as folder:
        _measure(table, Path(folder) / "rows.db", "into the records", _NoIndex())
        records = Records.open(f"sqlite:///{Path(folder) / 'unused.db'}")
        index = IssueIndex(records.tracked_issues, None, _now)
        _measure(table, Path(folder) / "both.db", "and into memory", index)
        records.close()
    console.print(table)
    console.print(
        f"In memory for searching: {index.bytes_held / ISSUES:,.0f} bytes an issue in arrays, without vectors."
    )


def _measure(table: Table, database: Path, what: str, index: Any) -> None:
    records = Records.open(f"sqlite:///{database}")
    mirror = IssueMirror(records.tracked_issues, index, _now)
    deps = dependencies(records, gitlab=_Tracker(), clock=_now)
    sync = IssueSync(deps, cast("ProjectCache", _Project()), mirror)
    began, base, shown = time.monotonic(), 0.0, 0
    while True:
        done = sync._sync(SyncIssues(key="bench", path="group/project", accepted_at=_now()))  # noqa: SLF001  # the step itself, without the queue
        count = records.tracked_issues.count()
        if count // STEP > shown or not done.more:
            shown = count // STEP
            base = base or _resident()
            spent = time.monotonic() - began
            table.add_row(f"{count:,} {what}", f"{spent:.0f}", f"{count / spent:,.0f}", f"{_resident() - base:.0f}")
        if not done.more:
            break
    assert records.progress.of(first_sync_done(1))
    records.close()


def _now() -> datetime:
    return BEGAN + timedelta(days=60)


def _resident() -> float:
    """MB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


class _NoIndex:
    def put(self, _rows: object) -> None: ...


class _Project:
    id = 1

    def get(self, _path: str) -> _Project:
        return self


class _Tracker:
    """Pages as GitLab gives them, oldest change first."""

    def issues_changed_since(self, project_id: int, since: datetime | None) -> Iterator[list[GitLabIssue]]:
        first = 0 if since is None else int((since - BEGAN).total_seconds()) // 30
        for start in range(max(first, 0), ISSUES, PAGE):
            yield [_issue(project_id, number) for number in range(start, min(start + PAGE, ISSUES))]


def _issue(project_id: int, number: int) -> GitLabIssue:
    said = " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 40))
    moment = BEGAN + timedelta(seconds=30 * number)
    return GitLabIssue(
        id=number + 1,
        iid=number + 1,
        project_id=project_id,
        title=f"{said[:60]} {number}",
        description=f"{said} E{number}",
        state="opened",
        labels=("bug",),
        confidential=False,
        web_url=f"https://gitlab.example.com/group/project/-/issues/{number + 1}",
        author_id=1,
        created_at=moment,
        updated_at=moment,
        upvotes=0,
        moved_to_id=None,
        duplicated_to=None,
        issue_type="issue",
        reference=f"group/project#{number + 1}",
    )
