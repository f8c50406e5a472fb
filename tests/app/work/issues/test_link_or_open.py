"""Tickets of one tracker side by side: those about the same wait for each other, others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.feeds.ticket_text import DELETED_POST
from app.records.records import Records
from app.records.tracked_issues import TrackedIssue, TrackedIssues
from app.rules.actions.findings import Found
from app.rules.actions.issue import Issue as IssueAction
from app.rules.actions.issue import IssueConfig
from app.ticket import Ticket
from app.triage.plan import Plan
from app.work.issues.index import IssueIndex
from app.work.issues.issue_links import IssueLinks
from app.work.issues.known_issue import KnownIssues
from app.work.issues.link_or_open import REPORT, IssueLinker
from app.work.issues.mirror import IssueMirror
from app.work.issues.open_claims import OpenClaims
from app.work.issues.projects import ProjectCache
from app.work.issues.similar import SimilarIssues
from app.work.issues.sync import first_sync_done
from app.work.messages import TicketDecision, TicketRead
from integrations.errors import NotSent, Unavailable, UnknownOutcome
from integrations.gitlab.issues import GitLabIssue
from tests.support.fakes import NOW, Clock, FakeEngine, dependencies

PROJECT_ID = 5
BUG = "Since 11.4 the pipeline graph eats my tabs and gives me back spaces in every graph"
SAME = "The pipeline graph gives me back spaces and eats my tabs since 11.4!"
OTHER = "Imported wikis lose their attachments on Windows"


@dataclass
class FakeGitLab:
    clock: Clock
    opened: list[GitLabIssue] = field(default_factory=list)
    fails: list[BaseException] = field(default_factory=list)
    unread: list[BaseException] = field(default_factory=list)
    """What comes instead of an issue that is read."""

    def project(self, _path: object) -> object:
        return SimpleNamespace(id=PROJECT_ID, path="x", public=True)

    def issue(self, _project_id: int, iid: int) -> GitLabIssue:
        if self.unread:
            raise self.unread.pop(0)
        return self.opened[iid - 1]

    def find_by_marker(self, _project_id: int, marker: str) -> GitLabIssue | None:
        return next((issue for issue in self.opened if marker in issue.description), None)

    def me(self) -> object:
        return SimpleNamespace(id=1)

    def notes(self, *_: object) -> list[object]:
        return []

    def add_note(self, *_: object) -> int:
        return 1

    def thumbs_up(self, *_: object) -> None: ...

    def create_issue(self, project_id: int, **values: Any) -> GitLabIssue:
        if self.fails:
            raise self.fails.pop(0)
        iid = len(self.opened) + 1
        issue = GitLabIssue(
            id=iid, iid=iid, project_id=project_id, title=values["title"], description=values["description"],
            state="opened", labels=(), confidential=values["confidential"], web_url=f"https://gitlab.com/x/-/issues/{iid}",
            author_id=1, created_at=self.clock(), updated_at=self.clock(), upvotes=0, moved_to_id=None,
            duplicated_to=None, issue_type="issue", reference=f"x#{iid}",
        )  # fmt: skip
        self.opened.append(issue)
        return issue


@dataclass
class Tracker:
    linker: IssueLinker
    records: Records
    gitlab: FakeGitLab
    clock: Clock

    def report(
        self, ticket_id: int, body: str, *, subject: str = "", confidential: bool = False, command: str = ""
    ) -> Found:
        rules = self.linker.deps.rulebook.current()
        policy = IssueConfig(tracker="product", template="Issue::Bug Report")
        action = IssueAction(policy=policy, confidential=confidential, command=command)
        read = TicketRead(
            id=ticket_id, subject=subject, body=body, status="new", tags=(), updated_at="", public=True, url="",
            requester_name="Sam",
        )  # fmt: skip
        decision = TicketDecision(
            run_id=f"zd:{ticket_id}", event="ticket.created", ticket=read, channel="twitter", where="",
            archetype="bug_report", confidence="high", decided_by="", why="", plan=Plan(mode="live", actions=(action,)),
            trace=(), config_hash=rules.hash, judged=Ticket(ticket_id), thread="", decided_at=self.clock().isoformat(),
        )  # fmt: skip
        return self.linker.find_or_open(decision, action, rules)

    def claim_of_another_process(self, ticket_id: int, text: str) -> None:
        now = self.clock().isoformat()
        claimed = self.records.links.claim(
            ticket_id,
            REPORT,
            project_id=PROJECT_ID,
            project="x",
            marker="m",
            text=text,
            vector="",
            now=now,
            since=now,
            written_since=now,
            reader="",
            along=lambda _: None,
        )
        assert claimed is not None


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    clock = Clock(NOW)
    gitlab = FakeGitLab(clock)
    deps = dependencies(records, gitlab=gitlab, clock=clock)
    records.progress.reached(first_sync_done(PROJECT_ID), "", now=clock().isoformat())
    index = IssueIndex(records.tracked_issues, None, clock)
    mirror = IssueMirror(records.tracked_issues, index, clock)
    similar = SimilarIssues(deps, index, mirror)
    links = IssueLinks(deps)
    known_issues = KnownIssues(deps, similar, mirror, links, OpenClaims(index))
    linker = IssueLinker(deps, ProjectCache(deps), known_issues, links, mirror, cast("Any", None))
    yield Tracker(linker, records, gitlab, clock)
    records.close()


def test_a_ticket_waits_for_an_earlier_one_about_the_same_and_then_finds_its_issue(tracker: Tracker) -> None:
    tracker.claim_of_another_process(1, BUG)

    with pytest.raises(NotSent, match="about the same") as waits:
        tracker.report(2, SAME)
    assert waits.value.retry_after == 1.0
    assert tracker.records.links.find(2, REPORT) is None, "whoever comes next does not wait for one that waits"

    tracker.records.links.release(1, REPORT)
    assert tracker.report(1, BUG).outcome == "opened"
    assert tracker.report(2, SAME).outcome == "linked"
    assert len(tracker.gitlab.opened) == 1


def test_tickets_about_different_things_do_not_wait(tracker: Tracker) -> None:
    tracker.claim_of_another_process(1, BUG)
    assert tracker.report(2, OTHER).outcome == "opened"


def test_a_person_who_asks_for_an_issue_of_its_own_gets_it(tracker: Tracker) -> None:
    tracker.claim_of_another_process(1, BUG)
    assert tracker.report(2, SAME, command="open").outcome == "opened"


def test_a_deleted_post_says_nothing_to_report_unless_a_person_asks_for_an_issue(tracker: Tracker) -> None:
    assert tracker.report(1, "", subject=DELETED_POST).outcome == "none"
    assert tracker.gitlab.opened == []
    assert tracker.report(1, "", subject=DELETED_POST, command="open").outcome == "opened"


def test_others_wait_while_nobody_knows_whether_an_issue_was_opened_but_not_for_ever(tracker: Tracker) -> None:
    tracker.gitlab.fails = [UnknownOutcome("gitlab", "no answer")]
    with pytest.raises(UnknownOutcome):
        tracker.report(1, BUG)
    tracker.clock.advance(40)
    with pytest.raises(NotSent) as waits:
        tracker.report(2, SAME)
    assert waits.value.retry_after == 20.0

    tracker.clock.advance(120)
    tracker.records.progress.reached(first_sync_done(PROJECT_ID), "", now=tracker.clock().isoformat())
    assert tracker.report(2, SAME).outcome == "opened"


@pytest.fixture
def opened_after_our_search(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the search of ticket 2 and its claim, ticket 1 gets the issue: it has no claim any more by then."""
    search = SimilarIssues.of
    looked: list[int] = []

    def slow(self: SimilarIssues, *args: Any, **named: Any) -> Any:
        found = search(self, *args, **named)
        if not looked:
            looked.append(1)
            tracker.report(1, BUG)
        return found

    monkeypatch.setattr(SimilarIssues, "of", slow)


@pytest.mark.usefixtures("opened_after_our_search")
def test_an_issue_that_another_process_opened_after_our_search_is_found(tracker: Tracker) -> None:
    assert tracker.report(2, SAME).outcome == "linked"
    assert len(tracker.gitlab.opened) == 1


def test_an_issue_that_another_thread_is_about_to_write_down_is_found(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the index of the process by then, and its row follows before our claim."""
    rows = tracker.linker.mirror.rows
    of, on_its_way = TrackedIssues.of, list[int]()

    def late(self: TrackedIssues, project_id: int, iids: Sequence[int]) -> dict[int, TrackedIssue]:
        found = of(self, project_id, iids)
        if on_its_way or not found:
            return found
        on_its_way.extend(found)
        return {}

    tracker.report(1, BUG)
    monkeypatch.setattr(type(rows), "of", late)
    assert tracker.report(2, SAME).outcome == "linked"
    assert on_its_way == [1]


@pytest.mark.usefixtures("opened_after_our_search")
@pytest.mark.parametrize(
    "away", [Unavailable("gitlab", "away"), UnknownOutcome("gitlab", "502"), NotSent("gitlab", "breaker is open")]
)
def test_a_ticket_that_could_not_look_again_keeps_no_claim(tracker: Tracker, away: Exception) -> None:
    tracker.gitlab.unread = [away]
    with pytest.raises(type(away)):
        tracker.report(2, SAME)
    assert tracker.records.links.find(2, REPORT) is None, "nothing was sent, so nobody waits for a lost answer"
    assert tracker.report(2, SAME).outcome == "linked"
    assert len(tracker.gitlab.opened) == 1


@pytest.mark.usefixtures("opened_after_our_search")
def test_a_process_killed_between_its_claim_and_its_request_opens_no_second_issue(tracker: Tracker) -> None:
    tracker.gitlab.unread = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        tracker.report(2, SAME)
    with pytest.raises(NotSent, match="may have been opened"):
        tracker.report(2, SAME)
    tracker.clock.advance(60)
    with pytest.raises(NotSent, match="starting again"):
        tracker.report(2, SAME)
    assert tracker.report(2, SAME).outcome == "linked"
    assert len(tracker.gitlab.opened) == 1


def test_a_claim_on_a_ticket_that_nothing_was_decided_about_opens_no_second_issue(tracker: Tracker) -> None:
    cast("FakeEngine", tracker.linker.deps.engine).is_first_try = True
    tracker.claim_of_another_process(1, BUG)
    with pytest.raises(NotSent, match="another worker"):
        tracker.report(1, BUG)
    assert tracker.gitlab.opened == []
    with pytest.raises(NotSent, match="may have been opened"):
        tracker.report(1, BUG)  # the step again: the claim may be its own
    assert tracker.gitlab.opened == []


def test_a_public_report_is_not_linked_to_a_confidential_issue(tracker: Tracker) -> None:
    assert tracker.report(1, BUG, confidential=True).outcome == "opened"
    assert tracker.report(2, SAME).outcome == "opened"
    assert tracker.report(3, SAME).outcome == "linked"
    assert [issue.confidential for issue in tracker.gitlab.opened] == [True, False]


def test_an_issue_is_stamped_when_it_is_written_down(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows from it may take long, and others look for what was written lately."""
    engine, waiting = cast("FakeEngine", tracker.linker.deps.engine), list[Callable[[Any], None]]()
    monkeypatch.setattr(engine, "keep", waiting.append)
    tracker.report(1, BUG)
    tracker.clock.advance(30)
    with tracker.records.engine.begin() as connection:
        waiting.pop()(connection)
    row = tracker.records.tracked_issues.of(PROJECT_ID, [1])[1]
    assert row.seen_at == tracker.clock().isoformat()
