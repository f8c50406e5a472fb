"""The list of decisions as a person looks through it: without texts and traces, page by page, the newest first.

A filter reads one index that holds all that can be filtered by. Rows are read for those that are shown only: they are
long, and a filter that finds little would read all of them.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from app.records.database import TableAccess, as_dataclass
from app.records.tables import decisions, links

MOST_LISTED = 200
LONGEST_BEGINNING = 200
MOST_TEXTS = 1000
"""Texts that one page of a search looks into."""
BY_ROUTE = "route"
"""As `decided_by`: any route."""
_Row = Mapping[str, Any] | sa.RowMapping
_TICKET = re.compile(r"\d{1,18}")
_ISSUE = re.compile(r"(?P<project>[^\s#]*)(?:#|/-/issues/|/-/work_items/)(?P<iid>\d{1,18})/?")


@dataclass(frozen=True, kw_only=True)
class DecisionFilter:
    """What is empty, or None, lets all through."""

    channel: str = ""
    archetype: str = ""
    state: str = ""
    decided_by: str = ""
    """As the decision says, or `route`: any route."""
    confidence: str = ""
    since: str = ""
    """Decided at this time or later; ISO-8601."""
    until: str = ""
    """Decided before this time."""
    corrected: bool | None = None
    search: str = ""
    """A ticket's number, an issue (`#7`, `group/project#7`, its address), or words of the ticket's text."""


@dataclass(frozen=True)
class ListedIssue:
    project: str
    iid: int
    url: str
    state: str
    following: str


@dataclass(frozen=True, kw_only=True)
class ListedDecision:
    id: int
    run_id: str
    ticket_id: int
    event: str
    state: str
    archetype: str | None
    confidence: str | None
    decided_by: str
    mode: str
    channel: str
    subject: str
    """Of the ticket; empty when its text was forgotten."""
    begins: str
    """How its text begins."""
    summary: str
    corrected_to: str | None
    """The archetype that a person chose afterwards."""
    decided_at: str
    finished_at: str | None
    update_state: str
    config_hash: str
    issues: tuple[ListedIssue, ...] = ()

    @property
    def corrected(self) -> bool:
        """A person chose otherwise than we had; what was left to people is not corrected."""
        return self.archetype is not None and self.corrected_to is not None


@dataclass(frozen=True)
class DecisionPage:
    rows: tuple[ListedDecision, ...]
    before: int | None
    """Where the next page begins; None: this is the last one."""
    searched_to: str = ""
    """Of a search in texts that has not looked into all: up to here, back in time, it has."""


class DecisionList(TableAccess):
    def page(self, wanted: DecisionFilter, *, before: int | None = None, limit: int = 50) -> DecisionPage:
        """`before`: the id where the last page ended."""
        size = min(limit, MOST_LISTED)
        which, words = _asked_for(wanted)
        if before is not None:
            which.append(decisions.c.id < before)
        ids = sa.select(decisions.c.id).where(*which).order_by(decisions.c.id.desc())
        if words:
            return self._searched(ids, words, size)
        rows = self._listed(decisions.c.id.in_(ids.limit(size + 1)), size + 1)
        more = rows[size - 1]["id"] if len(rows) > size else None
        return DecisionPage(self._with_issues(rows[:size]), more)

    def count_newer(self, wanted: DecisionFilter, than: int, *, most: int) -> int:
        """How many have come since the one with that id; words are looked for in `most` of them."""
        which, words = _asked_for(wanted)
        newer = sa.select(decisions.c.id).where(decisions.c.id > than, *which).order_by(decisions.c.id).limit(most)
        if not words:
            return self._count(newer.subquery())
        return self._count(decisions, decisions.c.id.in_(newer), _holds(words))

    def beginnings(self, tickets: Collection[int]) -> dict[int, str]:
        """By ticket: how the text that was decided first begins; without those that are forgotten."""
        found: dict[int, str] = {}
        wanted = sorted(tickets)
        for begin in range(0, len(wanted), MOST_TEXTS):
            mine = decisions.c.ticket_id.in_(wanted[begin : begin + MOST_TEXTS])
            query = sa.select(decisions.c.ticket_id, *(text.label(name) for name, text in _TEXTS.items()))
            for row in self._rows(query.where(mine, decisions.c.config_hash != "").order_by(decisions.c.id)):
                if row["subject"] or row["begins"]:
                    found.setdefault(row["ticket_id"], " ".join(f"{row['subject']} {row['begins']}".split()))
        return found

    def _searched(self, ids: sa.Select[Any], words: str, size: int) -> DecisionPage:
        looked_into = ids.limit(MOST_TEXTS).subquery()
        in_these = decisions.c.id.in_(sa.select(looked_into.c.id))
        rows = self._listed(sa.and_(in_these, _holds(words)), size + 1)
        if len(rows) > size:
            return DecisionPage(self._with_issues(rows[:size]), rows[size - 1]["id"])
        looked = self._rows(sa.select(decisions.c.id, decisions.c.decided_at).where(in_these))
        if len(looked) < MOST_TEXTS:
            return DecisionPage(self._with_issues(rows), None)
        last = min(looked, key=itemgetter("id"))
        return DecisionPage(self._with_issues(rows), last["id"], last["decided_at"])

    def _listed(self, which: sa.ColumnElement[bool], limit: int) -> Sequence[_Row]:
        return self._rows(sa.select(*_COLUMNS).where(which).order_by(decisions.c.id.desc()).limit(limit))

    def _with_issues(self, rows: Sequence[_Row]) -> tuple[ListedDecision, ...]:
        issues = self._issues({row["ticket_id"] for row in rows})
        return tuple(ListedDecision(**row, issues=tuple(issues[row["ticket_id"]])) for row in rows)

    def _issues(self, tickets: Iterable[int]) -> dict[int, list[ListedIssue]]:
        query = sa.select(links).where(links.c.ticket_id.in_(sorted(tickets)), links.c.iid.is_not(None))
        found: dict[int, list[ListedIssue]] = defaultdict(list)
        for row in self._rows(query.order_by(links.c.id)):
            found[row["ticket_id"]].append(as_dataclass(ListedIssue, row))
        return found


def _asked_for(wanted: DecisionFilter) -> tuple[list[sa.ColumnElement[bool]], str]:
    """What can be looked up, and the words that cannot."""
    which, found = _filtered(wanted), _looked_up(wanted.search) if wanted.search else None
    if found is not None:
        return [*which, found], ""
    return which, wanted.search.strip()


def _holds(words: str) -> sa.ColumnElement[bool]:
    return (_text("subject") + " " + _text("body")).icontains(words, autoescape=True)


def _filtered(wanted: DecisionFilter) -> list[sa.ColumnElement[bool]]:
    equal = {name: getattr(wanted, name) for name in ("channel", "archetype", "state", "confidence")}
    which: list[sa.ColumnElement[bool]] = [unindexed(name) == value for name, value in equal.items() if value]
    if wanted.decided_by == BY_ROUTE:
        which.append(unindexed("decided_by").startswith(f"{BY_ROUTE}:"))
    elif wanted.decided_by:
        which.append(unindexed("decided_by") == wanted.decided_by)
    if wanted.since:
        which.append(unindexed("decided_at") >= wanted.since)
    if wanted.until:
        which.append(unindexed("decided_at") < wanted.until)
    if wanted.corrected is not None:
        corrected = sa.and_(decisions.c.corrected_to.is_not(None), decisions.c.archetype.is_not(None))
        which.append(corrected if wanted.corrected else ~corrected)
    return which


def unindexed(name: str) -> sa.ColumnElement[Any]:
    """The column, as SQLite has no index of its own for: with one it would read a long row for each entry, and sort."""
    return sa.func.coalesce(decisions.c[name], "")


def _looked_up(search: str) -> sa.ColumnElement[bool] | None:
    """By number; None: these are words."""
    words = search.strip()
    if _TICKET.fullmatch(words):
        return decisions.c.ticket_id == int(words)
    issue = _ISSUE.fullmatch(words)
    if issue is None:
        return None
    of_issue = sa.select(links.c.ticket_id).where(links.c.iid == int(issue["iid"]))
    if project := issue["project"].rstrip("/"):
        # An address ends with the path; `gitlab#7` is how people shorten `gitlab-org/gitlab#7`.
        path = sa.literal(f"/{project}")
        ends = path.endswith(sa.literal("/") + links.c.project) | ("/" + links.c.project).endswith(
            f"/{project}", autoescape=True
        )
        of_issue = of_issue.where(ends)
    return decisions.c.ticket_id.in_(of_issue)


def _text(name: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(decisions.c.ticket[name].as_string(), "")


_TEXTS = {"subject": _text("subject"), "begins": sa.func.substr(_text("body"), 1, LONGEST_BEGINNING)}
_COLUMNS = [
    _TEXTS[name].label(name) if name in _TEXTS else decisions.c[name]
    for name in ListedDecision.__dataclass_fields__
    if name != "issues"
]
