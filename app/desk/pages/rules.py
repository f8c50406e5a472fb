"""Rules: what each one did, how often people changed that, and what those in shadow would have done."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Path, Query

from app.desk.page import Content, Page, Visit, VisitDep
from app.records.decision_list import DecisionFilter
from app.records.routes_fired import ROUTE, FiredCount
from app.rules.loading import Rules

DAYS = (7, 30, 90)
QUIET_DAYS = 90
NEWEST = 20
Order = Literal["file", "fired", "precision", "last"]
ORDERS = {"file": "as in the file", "fired": "most used", "precision": "lowest precision", "last": "last used"}
RouteName = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9-]*$", max_length=128)]


def read(visit: VisitDep, days: Annotated[int, Query(ge=1, le=366)] = QUIET_DAYS, order: Order = "file") -> Content:
    rules, fired = visit.service.deps.rulebook.current(), visit.records.routes_fired
    counted_at, found = visit.kept.of(("fired", days), visit.now, lambda: fired.since(_since(visit, days)))
    routes = [_route(rules, one) for one in found.routes([route.name for route in rules.routing.routes])]
    archetypes = found.archetypes(list(rules.routing.archetypes))
    return {
        "routes": _ordered(routes, order),
        "archetypes": [_counted(one) for one in archetypes],
        "never": sum(not one["fired"] and not one["shadow"]["would"] for one in routes),
        "hash": rules.hash,
        "counted_at": counted_at.isoformat(timespec="seconds"),
        "days": days,
        "order": order,
        "choices": {"days": {str(number): f"{number} days" for number in DAYS}, "order": ORDERS},
    }


def read_one(visit: VisitDep, name: RouteName) -> Content:
    rules = visit.service.deps.rulebook.current()
    route = next((one for one in rules.routing.routes if one.name == name), None)
    if route is None:
        raise HTTPException(404, f"The rules in force have no rule {name}.")
    fired = visit.records.routes_fired
    spans = fired.of_route(name, [_since(visit, days) for days in DAYS])
    counts = [{"days": days, **_route(rules, one)} for days, one in zip(DAYS, spans, strict=True)]
    by_it = DecisionFilter(decided_by=f"{ROUTE}{name}")
    corrected = DecisionFilter(decided_by=f"{ROUTE}{name}", corrected=True)
    listed = visit.records.decision_list
    return {
        **counts[-1],
        "counts": counts,
        "hash": rules.hash,
        "excerpt": _excerpt(rules, name),
        "newest": [asdict(one) for one in listed.page(by_it, limit=NEWEST).rows],
        "corrected_ones": [asdict(one) for one in listed.page(corrected, limit=NEWEST).rows],
        "in_shadow": [asdict(one) for one in fired.in_shadow(name, limit=NEWEST)],
    }


def _since(visit: Visit, days: int) -> str:
    return (visit.now - timedelta(days=days)).isoformat()


def _counted(one: FiredCount) -> dict[str, Any]:
    low, high = one.precision.interval
    return {
        "name": one.route,
        "fired": one.fired,
        "corrected": one.precision.corrected,
        "precision": round(one.precision.share, 3) if one.fired else None,
        "low": round(low, 3),
        "high": round(high, 3),
        "last_at": one.last_at,
    }


def _route(rules: Rules, one: FiredCount) -> dict[str, Any]:
    route = next(route for route in rules.routing.routes if route.name == one.route)
    return {
        **_counted(one),
        "archetype": route.archetype,
        "why": route.why,
        "mode": rules.mode_of(route.archetype, route.mode),
        "line": rules.line_of_route(one.route),
        "shadow": asdict(one.shadow),
    }


def _ordered(routes: list[dict[str, Any]], order: Order) -> list[dict[str, Any]]:
    """What nobody used comes last, but in the file's order."""
    if order == "fired":
        return sorted(routes, key=lambda one: -one["fired"])
    if order == "precision":
        return sorted(routes, key=lambda one: 2.0 if one["precision"] is None else one["precision"])
    if order == "last":
        return sorted(routes, key=lambda one: one["last_at"] or "", reverse=True)
    return routes


def _excerpt(rules: Rules, name: str) -> list[dict[str, Any]]:
    """The lines of the rule in routing.yaml, up to the next one."""
    names = [route.name for route in rules.routing.routes]
    index = names.index(name)
    lines = rules.routing_text.split("\n")
    begin = rules.line_of_route(name) or 1
    end = rules.line_of_route(names[index + 1]) if index + 1 < len(names) else None
    chosen = list(enumerate(lines, start=1))[begin - 1 : (end - 1) if end and end > begin else None]
    while chosen and (not chosen[-1][1].strip() or chosen[-1][1].lstrip().startswith("#")):
        chosen.pop()
    return [{"number": number, "text": text} for number, text in chosen]


PAGE = Page("/desk/rules", "Rules", "rules.html", read, nav="Rules", key="r", is_live=False)
ONE = Page("/desk/rules/{name}", "Rule", "rule.html", read_one, within="/desk/rules", is_live=False)
