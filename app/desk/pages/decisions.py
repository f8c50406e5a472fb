"""Decisions: what was decided, the newest first, by whatever a person looks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.desk.page import Content, Page, Visit, VisitDep
from app.desk.query import Day, Number
from app.records.decision_list import BY_ROUTE, DecisionFilter, ListedDecision
from app.rules.verdict import spoken

PAGE_SIZE = 50
MOST_NEWER = 100

Word = Annotated[str, Field(max_length=128)]


class DecisionQuery(BaseModel):
    """What the address of the page says."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    archetype: Word = ""
    channel: Word = ""
    state: Word = ""
    by: Word = ""
    confidence: Word = ""
    first_day: Day = Field(None, alias="from")
    last_day: Day = Field(None, alias="to")
    corrected: Literal["", "yes", "no"] = ""
    q: Annotated[str, Field(max_length=200)] = ""
    before: Number = None
    upto: Number = None

    def filter(self) -> DecisionFilter:
        return DecisionFilter(
            archetype=self.archetype,
            channel=self.channel,
            state=self.state,
            decided_by=self.by,
            confidence=self.confidence,
            since=self.first_day.isoformat() if self.first_day else "",
            until=(self.last_day + timedelta(days=1)).isoformat() if self.last_day else "",
            corrected={"yes": True, "no": False}.get(self.corrected),
            search=self.q.strip(),
        )

    def given(self) -> dict[str, str]:
        """What it filters by, as the address spells it."""
        values = self.model_dump(mode="json", by_alias=True, exclude={"before", "upto"})
        return {name: str(value) for name, value in values.items() if value}


def read(visit: VisitDep, query: Annotated[DecisionQuery, Query()]) -> Content:
    """`upto`: an open page goes on showing what it has, and how much is newer."""
    wanted, rows = query.filter(), visit.records.decision_list
    start = query.before or (query.upto + 1 if query.upto else None)
    page = rows.page(wanted, before=start, limit=PAGE_SIZE)
    upto = query.upto or (page.rows[0].id if page.rows else None)  # an empty page shows what comes at once
    newer = rows.count_newer(wanted, query.upto, most=MOST_NEWER) if query.upto and not query.before else 0
    return {
        "decisions": [_row(one) for one in page.rows],
        "filters": query.given(),
        "choices": _choices(visit),
        "upto": upto,
        "newer": newer,
        "before": page.before,
        "is_first_page": query.before is None,
        "searched_to": page.searched_to,
    }


def _row(one: ListedDecision) -> dict[str, Any]:
    # Not by asdict(), which copies each value: that took as long as to find the rows.
    return {**vars(one), "issues": [vars(issue) for issue in one.issues], "corrected": one.corrected}


def _choices(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """What each filter offers: the value, and what it is called."""
    routing = visit.service.deps.rulebook.current().routing
    return {
        "archetype": {name: spoken(name) for name in sorted(routing.archetypes)},
        "channel": {name: one.title for name, one in routing.channels.items()},
        "state": {name: name for name in ("done", "working", "waiting", "failed")},
        "by": {
            BY_ROUTE: "a rule",
            "person": "a person",
            "model": "the model",
            "language": "its language",
            "language_model": "the language model",
            "source": "its source",
            "none": "nobody yet",
        },
        "confidence": {name: name for name in ("high", "medium", "low")},
        "corrected": {"yes": "yes", "no": "no"},
    }


PAGE = Page("/desk/decisions", "Decisions", "decisions.html", read, nav="Decisions", key="d", tick_keeps=("upto",))
