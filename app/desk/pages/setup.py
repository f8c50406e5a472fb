"""The set-up: what `pointsman setup` would do in Zendesk and GitLab, and what the doctor found."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import HTTPException

from app.desk.page import Content, Deed, Page, VisitDep
from app.work.limits.rate_limiter import Priority, at_priority
from integrations.errors import IntegrationError

HOME = "/desk/setup"
LONGEST_VALUE = 400


def read(visit: VisitDep) -> Content:
    """As it was when somebody last looked: a page that is open asks nobody."""
    setup = visit.service.setup
    steps = [one.as_json() | {"place": one.place, "is_work": one.is_work} for one in setup.steps]
    return {
        "can_look": setup.account is not None,
        "planned_at": setup.planned_at,
        "steps": [{**one, "fields": [_shortened(each) for each in one["fields"]]} for one in steps],
        "counts": dict(Counter(one["verb"] for one in steps)),
        "problems": [{"check": one.name, "said": one.said, "remedy": one.remedy} for one in setup.problems],
    }


def _shortened(field: dict[str, Any]) -> dict[str, Any]:
    return {"name": field["name"], "old": _said(field["old"]), "new": _said(field["new"])}


def _said(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def look(visit: VisitDep) -> str:
    """Nothing is written in Zendesk or GitLab."""
    visit.note("look at the set-up", "set-up")
    try:
        with at_priority(Priority.BULK):
            visit.service.setup.look()
            visit.service.setup.plan(visit.records.setup_objects.all, visit.now.isoformat())
    except IntegrationError as error:
        raise HTTPException(502, f"{error.service} did not let us look: {error.reason}.") from error
    return HOME


PAGE = Page(HOME, "Set-up", "setup.html", read, nav="Set-up")
LOOK = Deed("/desk/setup/look", look)
