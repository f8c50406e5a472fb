"""The workflow: look at one issue, and notify its tickets of what they do not know yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from app.records.links import Heard
from app.work.issues.mirror import IssueMirror
from app.work.jobs.backpressure import throttled
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import FollowIssue, RelayNote, SyncIssues, TriageTicket, Work
from app.work.updates.changes import ChangeFinder, LinkChange, TicketNews

B = TypeVar("B", FollowIssue, RelayNote)


def register(deps: Dependencies, mirror: IssueMirror) -> None:
    follower = IssueFollower(deps, ChangeFinder(deps, mirror))
    deps.engine.register(FollowIssue, follower.run, partial(crashed, deps))


@dataclass(frozen=True)
class IssueFollower:
    deps: Dependencies
    changes: ChangeFinder

    def run(self, message: FollowIssue) -> None:
        """One issue at a time, so what was queued is written down before the next look; some tickets at a time."""
        looked = attempt(self.deps, message, "look", self.changes.look, message)
        if looked is None:
            return
        if looked.sync:
            sync = SyncIssues(key=f"{message.key}:sync", accepted_at=self.deps.now(), path=looked.sync)
            self.deps.engine.later(Work(sync))
        notify(self.deps, message.key, looked.notify, message.accepted_at)
        if looked.links:
            self.deps.engine.step("keep", self._keep, looked.links)
        if looked.after is not None:
            self.deps.engine.later(Work(next_batch(message, looked.after)))

    def _keep(self, changes: tuple[LinkChange, ...]) -> None:
        links = self.deps.records.links
        links.heard([_heard(one) for one in changes], now=self.deps.now().isoformat())
        for project_id, project in {(one.project_id, one.project) for one in changes if one.renamed}:
            links.renamed(project_id, project)


def next_batch(message: B, after: int) -> B:
    """The same for the links that follow."""
    key = message.key.removesuffix(f">{message.after}")
    return message.model_copy(update={"key": f"{key}>{after}", "after": after, "attempt": 1, "outages": 0, "waits": 0})


def _heard(one: LinkChange) -> Heard:
    known = one.known.model_dump(mode="json", exclude_none=True)
    became = (one.project_id, one.iid) if one.moved else None
    return Heard(one.ticket_id, one.intent, one.state, known, became=became, project=one.project, url=one.url)


def notify(deps: Dependencies, key: str, tickets: Sequence[TicketNews], accepted_at: datetime) -> None:
    """Each ticket in its own partition and by the same steps as any decision; many go to Zendesk in bulk jobs."""
    in_bulk = deps.engine.step("in_bulk", _in_bulk, deps, len(tickets))
    messages = [
        TriageTicket(
            key=f"{key}:notify:{one.ticket_id}",
            accepted_at=accepted_at,
            ticket_id=one.ticket_id,
            cause=one.news.model_copy(update={"in_bulk": in_bulk}),
        )
        for one in tickets
    ]
    for work in throttled(key, messages, accepted_at):
        deps.engine.later(work)


def _in_bulk(deps: Dependencies, tickets: int) -> bool:
    """A step, so that a limit that was changed meanwhile changes nothing."""
    return tickets >= deps.limits.bulk_from
