"""Who changed what by hand, and when: here, through the API, or with a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query

from app.desk.page import Content, Page, VisitDep

SHOWN = 50
Word = Annotated[str, Query(max_length=255)]


def read(
    visit: VisitDep,
    what: Word = "",
    about: Word = "",
    name: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Content:
    """The newest first."""
    found = visit.records.audit.newest(limit=SHOWN + 1, before=before, what=what, about=about, name=name)
    return {
        "entries": [
            {**asdict(one), "change": _change(one.before, one.after), "ticket_id": _ticket(one.about)}
            for one in found[:SHOWN]
        ],
        "filters": {key: value for key, value in {"what": what, "about": about, "name": name}.items() if value},
        "before": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "is_first_page": before is None,
    }


def _change(before: Any, after: Any) -> list[dict[str, str]]:
    """What differs, name by name."""
    old, new = (
        one if isinstance(one, Mapping) else {"": one} if one not in (None, [], {}) else {} for one in (before, after)
    )
    return [
        {"name": str(name), "before": _said(old.get(name)), "after": _said(new.get(name))}
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items() if one)
    return "" if value is None else str(value)


def _ticket(about: str) -> int | None:
    kind, _, number = about.partition(" ")
    return int(number) if kind == "ticket" and number.isdecimal() else None


PAGE = Page("/desk/audit", "Audit", "audit.html", read, nav="Audit", key="a")
