"""The step that looks at an issue and finds what each of its tickets has to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.records.links import Link, Links
from app.records.projects import KnownProjects
from app.rulebook import Rulebook
from app.rules.schema.base import ClosingConfig
from app.work.engine.engine import JSON
from app.work.issues.mirror import Tracked
from app.work.issues.news import News, closed_as, follows, news_of
from app.work.messages import IssueRef
from integrations.errors import NotFound
from integrations.gitlab.client import GitLabClient
from integrations.gitlab.issues import Issue

# A duplicate of a duplicate of ...: past this, the last one that was seen stands for all.
LONGEST_CHAIN = 5
GONE = "gone"


@dataclass(frozen=True)
class Looking:
    gitlab: Callable[[], GitLabClient]
    links: Links
    tracked: Tracked
    known: KnownProjects
    rulebook: Rulebook
    now: Callable[[], datetime]

    def look(self, delivery: JSON) -> JSON:
        """`{"tell": [...], "mark": [...]}`: the news for each ticket, and what to write down of its link after that.

        Raises IntegrationError. An issue that no ticket reports costs no call here.
        """
        key = (int(delivery["project_id"]), int(delivery["iid"]))
        found = self.links.of_issue(*key)
        if not found:
            # Nobody to tell; but the next ticket may be about this issue, so our copy must have it.
            return {"tell": [], "mark": [], "sync": self.known.path_of(key[0])}
        closing = self.rulebook.current().routing.closing
        try:
            issue = self.gitlab().issue(*key)
        except NotFound:
            return _gone(found)
        self.tracked.saw([issue])
        stands, sentence = self._who_stands_for(issue, closing)
        tell: list[JSON] = []
        mark: list[JSON] = []
        for link in found:
            news = news_of(stands, state=link.state, told=link.told, closing=closing, before=sentence)
            if news is None:
                continue
            mark.append(_mark(link, stands, news))
            if link.following == "active":
                tell.append(_tell(link, stands, news))
        return {"tell": tell, "mark": mark}

    def _who_stands_for(self, issue: Issue, closing: ClosingConfig) -> tuple[Issue, str]:
        """The issue itself, or the one that took its place, with a sentence that says so."""
        stands, seen = issue, {(issue.project_id, issue.iid)}
        for _ in range(LONGEST_CHAIN):
            after = self._next(stands, closing)
            if after is None or (after.project_id, after.iid) in seen:
                break
            stands = after
            seen.add((after.project_id, after.iid))
        if stands is issue:
            return issue, ""
        how = "was moved" if issue.moved_to_id is not None and not issue.duplicated_to else "was closed as a duplicate"
        return stands, f"The issue {_name(issue)} {how}; this ticket follows {_name(stands)} from now on."

    def _next(self, issue: Issue, closing: ClosingConfig) -> Issue | None:
        if issue.state != "closed":
            return None
        reason = closed_as(issue, closing)
        on = follows(reason, closing)
        if reason not in {"duplicate", "moved"} or on is None or not on.follow:
            return None
        try:
            to = issue.duplicated_to
            if to is None and issue.moved_to_id is not None:
                to = self.gitlab().moved_to(issue.project_id, issue.iid, issue.moved_to_id)
            return self.gitlab().issue(to.project_id, to.iid) if to else None
        except NotFound:
            return None  # in a project that we may not read: the tickets are told of the closing instead


def _name(issue: Issue) -> str:
    return issue.reference or f"#{issue.iid}"


def _tell(link: Link, issue: Issue, news: News) -> JSON:
    ref = IssueRef(
        project=issue.reference.partition("#")[0] or link.project,
        iid=issue.iid,
        title=issue.title,
        url=issue.web_url,
        confidential=issue.confidential,
    )
    return {
        "ticket_id": link.ticket_id,
        "sentences": list(news.sentences),
        "reason": news.reason,
        "issue": ref.model_dump(mode="json"),
    }


def _mark(link: Link, issue: Issue, news: News) -> JSON:
    return {
        "link": asdict(link),
        "project_id": issue.project_id,
        "iid": issue.iid,
        "project": issue.reference.partition("#")[0] or link.project,
        "url": issue.web_url,
        "state": news.state,
        "told": news.told,
    }


def _gone(found: Sequence[Link]) -> JSON:
    """Deleted, or made unreadable for us: told once."""
    tell: list[JSON] = []
    mark: list[JSON] = []
    for link in found:
        if link.state == GONE or link.iid is None:
            continue
        kept: dict[str, Any] = {"project_id": link.project_id, "iid": link.iid, "project": link.project}
        mark.append({"link": asdict(link), **kept, "url": link.url, "state": GONE, "told": dict(link.told)})
        if link.following == "active":
            ref = IssueRef(project=link.project, iid=link.iid, title="", url=link.url, confidential=True)
            sentence = f"The issue {link.project}#{link.iid} was deleted, or may not be read by Pointsman any more."
            tell.append(
                {
                    "ticket_id": link.ticket_id,
                    "sentences": [sentence],
                    "reason": None,
                    "issue": ref.model_dump(mode="json"),
                }
            )
    return {"tell": tell, "mark": mark}
