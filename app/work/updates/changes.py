"""What has changed in an issue for each of the tickets that reported it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from app.records.links import Key, Link
from app.rules.actions.findings import IssueRef
from app.rules.schema.base import ClosingConfig
from app.work.issues.closing_reason import ClosingReason
from app.work.issues.incidents import INCIDENT
from app.work.issues.mirror import IssueMirror
from app.work.issues.news import GONE, News, known_of, news_of, on_closing
from app.work.issues.successor import EITHER, Successor, replaced_as, successor_of
from app.work.jobs.dependencies import Dependencies
from app.work.messages import FollowIssue, IssueNews, KnownOfIssue, NewsReason, Stored
from integrations.errors import NotFound
from integrations.gitlab.issues import GitLabIssue

_ENDED = frozenset({"done", "not_planned", "unexplained"})
_HOW = {"duplicate": "was closed as a duplicate", "moved": "was moved"}


class TicketNews(Stored):
    ticket_id: int
    news: IssueNews


class LinkChange(Stored):
    """What to write down of a link once its ticket's notification is queued."""

    ticket_id: int
    intent: str
    moved: bool = False
    """The issue is another now: a duplicate, or where it was moved to."""
    renamed: bool = False
    """Its project has another path now."""
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
    after: int | None = None
    """The last link of this batch; None: it was the last batch."""


@dataclass(frozen=True)
class ChangeFinder:
    deps: Dependencies
    mirror: IssueMirror

    def look(self, message: FollowIssue) -> Changes:
        """Raises IntegrationError. An issue that no ticket reports costs no call here."""
        key = (message.project_id, message.iid)
        batch = self.deps.records.links.of_issue(*key, after=message.after)
        if not batch.links:
            # Nobody to notify; but the next ticket may be about this issue, so our copy must have it.
            return Changes(sync="" if message.after else self.deps.records.projects.path_of(key[0]) or "")
        # Anew for each batch: the issue may have changed since, and what its tickets were told is compared anyway.
        try:
            issue = self.deps.gitlab.issue(*key)
        except NotFound:
            self.mirror.forget(*key)
            changes = self._gone(batch.links)
        else:
            self.mirror.saw([issue])
            changes = self._compared(batch.links, issue, self.deps.rulebook.current().routing.closing)
        return changes.model_copy(update={"after": batch.after})

    def _compared(self, found: Sequence[Link], issue: GitLabIssue, closing: ClosingConfig) -> Changes:
        successor = successor_of(issue, self.deps.gitlab, _followed_ways(closing))
        current, before = successor.issue, _moved_on(issue, successor)
        reason, epic = self._closed_as(successor, found, closing)
        if epic:
            before = (
                f"{before} The issue {_name(current)} was promoted to the epic {epic}, which Pointsman does not follow."
            )
        notify: list[TicketNews] = []
        changes: list[LinkChange] = []
        public: bool | None = None
        for link in found:
            told = reason == "gone" and link.state == "closed"
            news = news_of(
                current,
                state=link.state,
                known=known_of(link),
                closing=closing,
                closed_as="incident_over" if link.intent == INCIDENT and reason in _ENDED else reason,
                before="" if told else before.strip(),
            )
            if news is None:
                continue
            changes.append(_change(link, current, news))
            if link.following == "active":
                public = self.deps.visibility.is_public(current) if public is None else public
                if news.reason == "gone" and self._follows_another(link):
                    news = replace(news, reason=None)
                notify.append(_notify(link, current, news, public=public))
        return Changes(notify=tuple(notify), links=tuple(changes))

    def _closed_as(self, successor: Successor, found: Sequence[Link], closing: ClosingConfig) -> tuple[NewsReason, str]:
        """And the epic that took its place, if one did. GitLab is asked only where a ticket has to be told."""
        issue = successor.issue
        if successor.dead_end:
            return "gone", ""
        if issue.state == "opened" or all(link.state == "closed" for link in found):
            return "unexplained", ""
        reason = ClosingReason(self.deps).of(issue, closing)
        epic = self.deps.gitlab.promoted_to(issue.project_id, issue.iid) if reason == "unexplained" else ""
        return ("gone" if epic else reason), epic

    def _follows_another(self, link: Link) -> bool:
        return any(
            other.following == "active" and other.state == "opened" and other.intent != link.intent
            for other in self.deps.records.links.of_ticket(link.ticket_id)
        )

    def _gone(self, found: Sequence[Link]) -> Changes:
        """Deleted, or made unreadable for us: its tickets are told once, and come back if nothing else is followed."""
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
                reason: NewsReason | None = None if self._follows_another(link) else "gone"
                news = IssueNews(sentences=(sentence,), reason=reason, issue=ref)
                notify.append(TicketNews(ticket_id=link.ticket_id, news=news))
        return Changes(notify=tuple(notify), links=tuple(changes))


def issue_ref(issue: GitLabIssue, project: str, *, public: bool) -> IssueRef:
    """`project`: its path, where GitLab does not say."""
    return IssueRef(
        project_id=issue.project_id,
        project=issue.reference.partition("#")[0] or project,
        iid=issue.iid,
        title=issue.title,
        url=issue.web_url,
        confidential=not public,
        closed_on=f"{issue.closed_at.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if issue.closed_at else "",
    )


def _followed_ways(closing: ClosingConfig) -> list[str]:
    return [way for way in EITHER if (on := on_closing(way, closing)) and on.follow]


def _moved_on(issue: GitLabIssue, successor: Successor) -> str:
    """A sentence that says what took the issue's place; empty where nothing did."""
    current, how = successor.issue, _HOW[replaced_as(issue) or "moved"]
    if successor.dead_end:
        return f"The issue {_name(issue)} {how}, and what took its place is not to be found, or hidden from Pointsman."
    if current is issue:
        return ""
    return f"The issue {_name(issue)} {how}; this ticket follows {_name(current)} from now on."


def _name(issue: GitLabIssue) -> str:
    return issue.reference or f"#{issue.iid}"


def _notify(link: Link, issue: GitLabIssue, news: News, *, public: bool) -> TicketNews:
    ref = issue_ref(issue, link.project, public=public)
    return TicketNews(ticket_id=link.ticket_id, news=IssueNews(sentences=news.sentences, reason=news.reason, issue=ref))


def _change(link: Link, issue: GitLabIssue, news: News) -> LinkChange:
    to: Key = (issue.project_id, issue.iid)
    moved, project = to != (link.project_id, link.iid), issue.reference.partition("#")[0] or link.project
    return LinkChange(
        ticket_id=link.ticket_id,
        intent=link.intent,
        moved=moved,
        renamed=not moved and project != link.project,
        project_id=issue.project_id,
        iid=issue.iid,
        project=project,
        url=issue.web_url,
        state=news.state,
        known=news.known,
    )
