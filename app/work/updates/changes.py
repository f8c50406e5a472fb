"""What has changed in an issue for each of the tickets that reported it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.records.links import Key, Link
from app.rules.actions.findings import IssueRef
from app.rules.schema.base import ClosingConfig
from app.work.issues.mirror import IssueMirror
from app.work.issues.news import News, closed_as, known_of, news_of, on_closing
from app.work.jobs.dependencies import Dependencies
from app.work.messages import FollowIssue, IssueNews, KnownOfIssue, Stored
from integrations.errors import NotFound
from integrations.gitlab.issues import GitLabIssue

# A duplicate of a duplicate of ...: past this, the last one that was seen stands for all.
LONGEST_CHAIN = 5
GONE = "gone"


class TicketNews(Stored):
    ticket_id: int
    news: IssueNews


class LinkChange(Stored):
    """What to write down of a link once its ticket's notification is queued."""

    ticket_id: int
    intent: str
    moved: bool = False
    """The issue is another now: a duplicate, or where it was moved to."""
    project_id: int
    iid: int
    project: str
    url: str
    state: str
    known: KnownOfIssue


class Changes(Stored):
    notify: tuple[TicketNews, ...] = ()
    links: tuple[LinkChange, ...] = ()
    sync: str = ""
    """The project whose copy needs this issue, though no ticket reports it yet."""


@dataclass(frozen=True)
class ChangeFinder:
    deps: Dependencies
    mirror: IssueMirror

    def look(self, message: FollowIssue) -> Changes:
        """Raises IntegrationError. An issue that no ticket reports costs no call here."""
        key = (message.project_id, message.iid)
        found = self.deps.records.links.of_issue(*key)
        if not found:
            # Nobody to notify; but the next ticket may be about this issue, so our copy must have it.
            return Changes(sync=self.deps.records.projects.path_of(key[0]) or "")
        closing = self.deps.rulebook.current().routing.closing
        try:
            issue = self.deps.gitlab.issue(*key)
        except NotFound:
            return _gone(found)
        self.mirror.saw([issue])
        current, sentence = self._current(issue, closing)
        notify: list[TicketNews] = []
        changes: list[LinkChange] = []
        for link in found:
            news = news_of(current, state=link.state, known=known_of(link), closing=closing, before=sentence)
            if news is None:
                continue
            changes.append(_change(link, current, news))
            if link.following == "active":
                notify.append(_notify(link, current, news))
        return Changes(notify=tuple(notify), links=tuple(changes))

    def _current(self, issue: GitLabIssue, closing: ClosingConfig) -> tuple[GitLabIssue, str]:
        """The issue itself, or the one that took its place, with a sentence that says so."""
        current, seen = issue, {(issue.project_id, issue.iid)}
        for _ in range(LONGEST_CHAIN):
            after = self._next(current, closing)
            if after is None or (after.project_id, after.iid) in seen:
                break
            current = after
            seen.add((after.project_id, after.iid))
        if current is issue:
            return issue, ""
        how = "was moved" if issue.moved_to_id is not None and not issue.duplicated_to else "was closed as a duplicate"
        return current, f"The issue {_name(issue)} {how}; this ticket follows {_name(current)} from now on."

    def _next(self, issue: GitLabIssue, closing: ClosingConfig) -> GitLabIssue | None:
        if issue.state != "closed":
            return None
        reason = closed_as(issue, closing)
        on = on_closing(reason, closing)
        if reason not in {"duplicate", "moved"} or on is None or not on.follow:
            return None
        gitlab = self.deps.gitlab
        try:
            to = issue.duplicated_to
            if to is None and issue.moved_to_id is not None:
                to = gitlab.moved_to(issue.project_id, issue.iid, issue.moved_to_id)
            return gitlab.issue(to.project_id, to.iid) if to else None
        except NotFound:
            return None  # in a project that we may not read: the tickets are told of the closing instead


def issue_ref(issue: GitLabIssue, project: str) -> IssueRef:
    """`project`: its path, where GitLab does not say."""
    return IssueRef(
        project=issue.reference.partition("#")[0] or project,
        iid=issue.iid,
        title=issue.title,
        url=issue.web_url,
        confidential=issue.confidential,
    )


def _name(issue: GitLabIssue) -> str:
    return issue.reference or f"#{issue.iid}"


def _notify(link: Link, issue: GitLabIssue, news: News) -> TicketNews:
    ref = issue_ref(issue, link.project)
    return TicketNews(ticket_id=link.ticket_id, news=IssueNews(sentences=news.sentences, reason=news.reason, issue=ref))


def _change(link: Link, issue: GitLabIssue, news: News) -> LinkChange:
    to: Key = (issue.project_id, issue.iid)
    return LinkChange(
        ticket_id=link.ticket_id,
        intent=link.intent,
        moved=to != (link.project_id, link.iid),
        project_id=issue.project_id,
        iid=issue.iid,
        project=issue.reference.partition("#")[0] or link.project,
        url=issue.web_url,
        state=news.state,
        known=news.known,
    )


def _gone(found: Sequence[Link]) -> Changes:
    """Deleted, or made unreadable for us: its tickets are told once."""
    notify: list[TicketNews] = []
    changes: list[LinkChange] = []
    for link in found:
        if link.state == GONE or link.iid is None:
            continue
        changes.append(
            LinkChange(
                ticket_id=link.ticket_id,
                intent=link.intent,
                project_id=link.project_id,
                iid=link.iid,
                project=link.project,
                url=link.url,
                state=GONE,
                known=known_of(link),
            )
        )
        if link.following == "active":
            ref = IssueRef(project=link.project, iid=link.iid, title="", url=link.url, confidential=True)
            sentence = f"The issue {link.project}#{link.iid} was deleted, or Pointsman may no longer read it."
            notify.append(TicketNews(ticket_id=link.ticket_id, news=IssueNews(sentences=(sentence,), issue=ref)))
    return Changes(notify=tuple(notify), links=tuple(changes))
