"""The job that keeps our copy of the trackers' issues: what changed since the last time, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.rules.loading import Rules
from app.work.issues.mirror import IssueMirror
from app.work.issues.projects import ProjectCache, naming_tracker
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import Stored, SyncIssues, Work
from integrations.gitlab.issues import GitLabIssue

SYNC_SECONDS = 60
# Pages of a hundred in one piece of work: a worker is not held for minutes, and a crash repeats little.
PAGES = 20
# Closed issues are candidates for so long: "it is fixed in the next release" is a link worth having.
CLOSED_FOR = timedelta(days=120)
# GitLab's clock and ours, and updates that were under way while a page was read.
OVERLAP = timedelta(seconds=30)


class Synced(Stored):
    more: bool
    issues: int = 0


def register(deps: Dependencies, projects: ProjectCache, mirror: IssueMirror) -> None:
    sync = IssueSync(deps, projects, mirror)
    deps.engine.register(SyncIssues, sync.run, partial(crashed, deps))


def synced_projects(rules: Rules) -> list[str]:
    """Their paths: of each tracker that issues are opened or looked for in."""
    used = {one.issue.tracker for one in rules.routing.archetypes.values() if one.issue}
    return sorted({rules.routing.trackers[name].project for name in used})


def sync_works(key: str, now: datetime, rules: Rules) -> list[Work]:
    """One for each of these projects."""
    return [Work(SyncIssues(key=f"{key}:{path}", accepted_at=now, path=path)) for path in synced_projects(rules)]


def synced_to(project_id: int) -> str:
    """The name under which it is kept how far the copy reaches."""
    return f"issues:{project_id}"


def first_sync_done(project_id: int) -> str:
    return f"issues:{project_id}:whole"


@dataclass(frozen=True)
class IssueSync:
    deps: Dependencies
    projects: ProjectCache
    mirror: IssueMirror

    def run(self, message: SyncIssues) -> None:
        synced = attempt(self.deps, message, "sync", self._sync, message)
        if synced and synced.more:
            more = SyncIssues(key=f"{message.key}>", accepted_at=self.deps.now(), path=message.path)
            self.deps.engine.later(Work(more))

    def _was_just_done(self, project_id: int, message: SyncIssues) -> bool:
        """Many hooks at once ask for one sync: what was asked for before the last one began has been done by it."""
        done = self.deps.records.progress.of(first_sync_done(project_id))
        return done is not None and datetime.fromisoformat(done.value) > message.accepted_at

    def _pages(self, path: str, project_id: int, since: datetime | None) -> Iterator[list[GitLabIssue]]:
        with naming_tracker(self.deps.rulebook.current(), path):
            yield from self.deps.gitlab.issues_changed_since(project_id, since)

    def _sync(self, message: SyncIssues) -> Synced:
        progress, now = self.deps.records.progress, self.deps.now
        project_id = self.projects.get(message.path).id
        reached = progress.of(synced_to(project_id))
        if self._was_just_done(project_id, message):
            return Synced(more=False)
        since = datetime.fromisoformat(reached.value) - OVERLAP if reached else None
        began = now()
        oldest = (began - CLOSED_FOR).isoformat()
        issues = pages = 0
        for page in self._pages(message.path, project_id, since):
            kept = [one for one in page if one.state == "opened" or one.updated_at.isoformat() >= oldest]
            self.mirror.saw(kept)
            issues, pages = issues + len(kept), pages + 1
            newest = max(issue.updated_at for issue in page)
            progress.reached(synced_to(project_id), newest.isoformat(), now=now().isoformat())
            if pages == PAGES:
                return Synced(more=True, issues=issues)
        self.mirror.rows.prune(closed_before=oldest)
        progress.reached(first_sync_done(project_id), began.isoformat(), now=now().isoformat())
        return Synced(more=False, issues=issues)
