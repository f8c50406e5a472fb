"""The workflow: look at one issue, and tell its tickets what they do not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.work.engine.engine import JSON, Work
from app.work.issues.sync import sync_work
from app.work.jobs.attempt import payload_of
from app.work.jobs.backpressure import feed_works
from app.work.jobs.job import Jobs
from app.work.tickets.notification import TOLD
from app.work.tickets.workflow import triage_work
from app.work.updates.bulk_notification import tell_many_work
from app.work.updates.changes import Looking
from app.work.updates.marking import Marking

WORKFLOW = "follow_issue"


def follow_work(key: str, project_id: int, iid: int, now: datetime) -> Work:
    lane = f"issue:{project_id}#{iid}"
    return Work(WORKFLOW, key, lane, payload_of(WORKFLOW, key, lane, now, project_id=project_id, iid=iid))


@dataclass(frozen=True)
class FollowIssue:
    jobs: Jobs
    looking: Looking
    marking: Marking

    def follow(self, delivery: JSON) -> JSON:
        """One issue at a time, so what was told is marked before the next look."""
        looked = self.jobs.step("look", self.looking.look, delivery)
        if "fault" in looked:
            return self.jobs.again(delivery, "look", looked["fault"])
        if looked.get("sync"):
            self.jobs.runner.later(sync_work(f"{delivery['key']}:sync", looked["sync"], self.marking.now()))
        tell = looked["tell"]
        planned = self.jobs.step("plan_telling", self.marking.plan, len(tell))
        accepted_at = datetime.fromisoformat(delivery["accepted_at"])
        for work in tell_works(delivery["key"], tell, planned["bulk"], accepted_at):
            self.jobs.runner.later(work)
        if looked["mark"]:
            self.jobs.step("mark", self.marking.mark, looked["mark"])
        return {"told": len(tell)}


def tell_works(key: str, tell: list[JSON], bulk: int, accepted_at: datetime) -> Iterator[Work]:
    """The work of `key` tells all these tickets, `bulk` in each bulk job of Zendesk's; 0: each by itself."""
    if bulk:
        for number, start in enumerate(range(0, len(tell), bulk)):
            yield tell_many_work(f"{key}:many:{number}", tell[start : start + bulk], accepted_at)
    else:
        yield from feed_works(key, [tell_work(key, one, accepted_at) for one in tell], accepted_at)


def tell_work(key: str, one: JSON, accepted_at: datetime) -> Work:
    """Tell one ticket, in its own lane and by the same steps as any decision."""
    return triage_work(f"{key}:tell:{one['ticket_id']}", one["ticket_id"], TOLD, accepted_at, told=one)
