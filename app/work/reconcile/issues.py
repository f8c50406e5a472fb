"""The job that compares the issues that tickets follow with what the tickets were told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.metrics import REPAIRED
from app.records.links import Key, Links
from app.rulebook import Rulebook
from app.work.engine.engine import JSON, Work
from app.work.issues.mirror import Tracked
from app.work.issues.news import news_of
from app.work.jobs.attempt import payload_of
from app.work.jobs.job import Jobs
from app.work.updates.workflow import follow_work
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Issue

WORKFLOW = "compare_issues"
LANE = "compare:issues"
# Issues in one piece of work: ten requests to GitLab.
BATCH = 500


def compare_issues_work(key: str, now: datetime, after: Key = (0, 0)) -> Work:
    return Work(WORKFLOW, key, LANE, payload_of(WORKFLOW, key, LANE, now, after=list(after)))


@dataclass(frozen=True)
class CompareIssues:
    jobs: Jobs
    gitlab: Callable[[], GitLabClient]
    links: Links
    tracked: Tracked
    rulebook: Rulebook

    def compare(self, delivery: JSON) -> JSON:
        compared = self.jobs.step("compare", self._compare, delivery)
        if "fault" in compared:
            return self.jobs.again(delivery, "compare", compared["fault"])
        now = datetime.fromisoformat(delivery["accepted_at"])
        for project_id, iid in compared["follow"]:
            self.jobs.runner.later(follow_work(f"{delivery['key']}:{project_id}#{iid}", project_id, iid, now))
        if compared["after"]:
            key = f"{delivery['key']}>"
            self.jobs.runner.later(compare_issues_work(key, now, tuple(compared["after"])))
        return {"missed": len(compared["follow"])}

    def _compare(self, delivery: JSON) -> JSON:
        followed = self.links.followed(after=tuple(delivery["after"]), limit=BATCH)
        by_project: dict[int, list[int]] = defaultdict(list)
        for project_id, iid in followed:
            by_project[project_id].append(iid)
        missed: list[Key] = []
        for project_id, iids in by_project.items():
            found = {issue.iid: issue for issue in self.gitlab().issues(project_id, iids)}
            self.tracked.saw(found.values())
            missed += [(project_id, iid) for iid in iids if self._has_news(project_id, iid, found)]
        REPAIRED.labels("issue").inc(len(missed))
        return {
            "follow": [list(key) for key in missed],
            "after": list(followed[-1]) if len(followed) == BATCH else None,
        }

    def _has_news(self, project_id: int, iid: int, found: dict[int, Issue]) -> bool:
        """Missing: deleted or out of our sight, which the tickets are told once."""
        closing = self.rulebook.current().routing.closing
        links = [link for link in self.links.of_issue(project_id, iid) if link.following == "active"]
        if iid not in found:
            return any(link.state != "gone" for link in links)
        return any(news_of(found[iid], state=link.state, told=link.told, closing=closing) for link in links)
