"""The job that keeps our copy of the trackers' issues: what changed since the last time, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.progress import Progress
from app.rules.loading import Rules
from app.work.engine.engine import JSON, Work
from app.work.issues.mirror import Tracked
from app.work.jobs.attempt import payload_of
from app.work.jobs.job import Jobs
from app.work.lookups import Projects
from integrations.gitlab.client import GitLabClient

WORKFLOW = "sync_issues"
SYNC_SECONDS = 60
# Pages of a hundred in one piece of work: a worker is not held for minutes, and a crash repeats little.
PAGES = 20
# Closed issues are candidates for so long: "it is fixed in the next release" is a link worth having.
CLOSED_FOR = timedelta(days=120)
# GitLab's clock and ours, and updates that were under way while a page was read.
OVERLAP = timedelta(seconds=30)


def sync_works(key: str, now: datetime, rules: Rules) -> list[Work]:
    """One for each tracker that issues are opened or looked for in."""
    used = {one.issue.tracker for one in rules.routing.archetypes.values() if one.issue}
    paths = sorted({rules.routing.trackers[name].project for name in used})
    return [sync_work(f"{key}:{path}", path, now) for path in paths]


def sync_work(key: str, path: str, now: datetime) -> Work:
    lane = f"sync:{path}"
    return Work(WORKFLOW, key, lane, payload_of(WORKFLOW, key, lane, now, path=path))


def synced_to(project_id: int) -> str:
    """The name under which it is kept how far the copy reaches."""
    return f"issues:{project_id}"


def first_sync_done(project_id: int) -> str:
    return f"issues:{project_id}:whole"


@dataclass(frozen=True)
class SyncIssues:
    jobs: Jobs
    gitlab: Callable[[], GitLabClient]
    projects: Projects
    tracked: Tracked
    progress: Progress
    now: Callable[[], datetime]

    def sync(self, delivery: JSON) -> JSON:
        synced = self.jobs.step("sync", self._sync, delivery)
        if "fault" in synced:
            return self.jobs.again(delivery, "sync", synced["fault"])
        if synced["more"]:
            self.jobs.runner.later(sync_work(f"{delivery['key']}>", delivery["path"], self.now()))
        return synced

    def _was_just_done(self, project_id: int, delivery: JSON) -> bool:
        """Many hooks at once ask for one sync: what was asked for before the last one began has been done by it."""
        done = self.progress.of(first_sync_done(project_id))
        return done is not None and done.value > delivery["accepted_at"]

    def _sync(self, delivery: JSON) -> JSON:
        project_id = self.projects.get(delivery["path"]).id
        reached = self.progress.of(synced_to(project_id))
        if self._was_just_done(project_id, delivery):
            return {"more": False, "issues": 0}
        since = datetime.fromisoformat(reached.value) - OVERLAP if reached else None
        began = self.now()
        oldest = (began - CLOSED_FOR).isoformat()
        issues = pages = 0
        for page in self.gitlab().issues_changed_since(project_id, since):
            kept = [one for one in page if one.state == "opened" or one.updated_at.isoformat() >= oldest]
            self.tracked.saw(kept)
            issues, pages = issues + len(kept), pages + 1
            newest = max(issue.updated_at for issue in page)
            self.progress.reached(synced_to(project_id), newest.isoformat(), now=self.now().isoformat())
            if pages == PAGES:
                return {"more": True, "issues": issues}
        self.tracked.rows.forget(closed_before=oldest)
        self.progress.reached(first_sync_done(project_id), began.isoformat(), now=self.now().isoformat())
        return {"more": False, "issues": issues}
