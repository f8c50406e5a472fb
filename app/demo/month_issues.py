"""Of the month of sample data: the issues of its tickets, what became of them, and what the tickets were told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from app.demo.month_work import MARK
from app.records.decisions import Decision
from app.records.links import Link
from app.records.records import Records
from app.records.tracked_issues import TrackedIssue
from app.work.issues.news import CLOSED_AS
from app.work.messages import run_id
from integrations.sandbox import Sandbox

PROJECT = "community/sample"
"""No tracker of routing.yaml: the demo's own tickets find none of these issues."""
_CLOSED_AFTER_DAYS = 12.0
"""Mean; an issue that would be closed later than now is open."""
_ENDS = {"done": 0.6, "unexplained": 0.25, "not_planned": 0.15}
_SAME_AGAIN = 0.3
"""Of the reports, how many are of an issue that is known."""
_LONGEST_TITLE = 80


@dataclass(frozen=True)
class SampleIssue:
    project_id: int
    iid: int
    url: str


OpenIssue = Callable[[str, str], SampleIssue]
"""From title and state, `opened` or `closed`."""


def in_sandbox(sandbox: Sandbox) -> OpenIssue:
    """As issues that the service finds as they are said to be, whenever it compares them."""
    project_id = sandbox.gitlab.add_project(PROJECT)

    def open_issue(title: str, state: str) -> SampleIssue:
        iid = sandbox.gitlab.add_issue(PROJECT, title=title, state="closed" if state == "closed" else "opened")
        return SampleIssue(project_id, iid, sandbox.gitlab.issue(PROJECT, iid)["web_url"])

    return open_issue


@dataclass
class SampleIssues:
    """Links of tickets, and what follows from them: given one ticket after the other, in the order of time."""

    records: Records
    now: datetime
    random: Random
    open_issue: OpenIssue
    tracked: list[TrackedIssue] = field(default_factory=list)
    """As our copy of the tracker has them."""
    _news: list[tuple[datetime, Decision]] = field(default_factory=list)
    """Still to be told."""
    _known: dict[str | None, Link] = field(default_factory=dict)
    """By archetype the newest issue that is open."""

    def link(self, decision: Decision) -> Link | None:
        """Its issue, to be kept with it; None: it was to have none."""
        if not any(one["kind"] == "issue" and one["state"] == "done" for one in decision.actions):
            return None
        at = datetime.fromisoformat(decision.finished_at or decision.decided_at)
        known = self._known.get(decision.archetype)
        if known is not None and self.random.random() < _SAME_AGAIN:
            return replace(
                known,
                ticket_id=decision.ticket_id,
                how="linked",
                channel=decision.channel,
                created_at=at.isoformat(),
                updated_at=at.isoformat(),
            )
        closed = at + timedelta(days=self.random.expovariate(1 / _CLOSED_AFTER_DAYS))
        state = "closed" if closed < self.now else "opened"
        title = _title(decision)
        issue = self.open_issue(title, state)
        link = Link(
            decision.ticket_id,
            "issue",
            issue.project_id,
            PROJECT,
            issue.iid,
            issue.url,
            state,
            "opened",
            channel=decision.channel,
            created_at=at.isoformat(),
            updated_at=at.isoformat(),
        )
        ended = closed.isoformat() if state == "closed" else None
        self.tracked.append(_tracked(issue, title, state, at.isoformat(), ended))
        if ended:
            self._news.append((closed, self._told(decision, link, closed)))
        else:
            self._known[decision.archetype] = link
        return link

    def news(self, until: datetime) -> Iterator[Decision]:
        """What tickets were told up to then, and not before."""
        due = sorted((one for one in self._news if one[0] <= until), key=lambda one: one[0])
        self._news = [one for one in self._news if one[0] > until]
        yield from (decision for _, decision in due)

    def pause_one(self) -> int:
        """The newest ticket whose issue is open, as somebody did at the desk; 0: there is none."""
        ticket = max((link.ticket_id for link in self._known.values()), default=0)
        self.records.links.follow(ticket, "paused", now=self.now.isoformat())
        return ticket

    def _told(self, decision: Decision, link: Link, at: datetime) -> Decision:
        how = self.random.choices(list(_ENDS), list(_ENDS.values()))[0]
        told = at + timedelta(seconds=self.random.uniform(2, 9))
        tag = "issue_closed"
        return Decision(
            run_id=run_id(f"{MARK}:{decision.ticket_id}:news"),
            ticket_id=decision.ticket_id,
            event="issue_changed",
            state="done",
            archetype=decision.archetype,
            confidence=decision.confidence,
            decided_by=decision.decided_by,
            mode=decision.mode,
            channel=decision.channel,
            summary=f"The issue {PROJECT}#{link.iid} {CLOSED_AS[how]}.",
            tags=(tag,),
            actions=(
                {"kind": "tags", "state": "done", "detail": tag},
                {"kind": "note", "state": "done", "detail": "an internal note says so"},
            ),
            decided_at=told.isoformat(),
            finished_at=(told + timedelta(seconds=self.random.uniform(0.3, 2))).isoformat(),
            update_state="applied",
        )


def _title(decision: Decision) -> str:
    """The first words of what was reported."""
    text = " ".join(str(decision.ticket.get("subject") or decision.ticket.get("body") or "").split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE].rpartition(' ')[0]} ..."


def _tracked(issue: SampleIssue, title: str, state: str, opened: str, closed: str | None) -> TrackedIssue:
    return TrackedIssue(
        issue.project_id,
        issue.iid,
        title,
        "",
        state,
        (),
        confidential=False,
        url=issue.url,
        created_at=opened,
        updated_at=closed or opened,
        closed_at=closed,
        seen_at=opened,
    )
