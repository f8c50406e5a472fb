"""Why a ticket was decided as it was, and why not otherwise: the decision's own trace, in the order people read it.

Nothing is worked out again here: a second evaluation would say something else one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.records.decisions import Decision

AROUND = 2
"""Lines of the YAML above and below the one that decided."""


@dataclass(frozen=True)
class RouteSaid:
    """What one route said of the ticket."""

    route: str
    archetype: str
    matched: bool
    shadow: bool
    detail: str
    text: str
    path: str
    line: int
    share: int
    """Percent of its conditions that held."""
    error: str | None
    would: tuple[str, ...]


@dataclass(frozen=True)
class OtherSaid:
    """What was asked beside the routes: the language, the model, a person; also kinds that this page does not know."""

    asked: str
    matched: bool
    detail: str
    more: Mapping[str, Any]


@dataclass(frozen=True)
class YamlLine:
    number: int
    text: str
    decided: bool


@dataclass(frozen=True)
class MarkedSpan:
    """A piece of the ticket, by its place."""

    part: str
    start: int
    end: int
    kind: str
    """`why`: it decided; `also`: a route in shadow would have."""


@dataclass(frozen=True)
class Reasons:
    why: RouteSaid | None = None
    """The route that decided; None: no route did."""
    yaml: tuple[YamlLine, ...] = ()
    near: tuple[RouteSaid, ...] = ()
    """Those of which a part held, the nearest first."""
    far: tuple[RouteSaid, ...] = ()
    """Those of which nothing held, in the order of the file."""
    shadows: tuple[RouteSaid, ...] = ()
    errors: tuple[RouteSaid, ...] = ()
    others: tuple[OtherSaid, ...] = ()
    spans: tuple[MarkedSpan, ...] = field(default=(), repr=False)


def reasons(decision: Decision, routing: str | None) -> Reasons:
    """`routing`: the YAML that the decision was made with, where it is still known."""
    routes = [_route(entry) for entry in decision.trace if _is_route(entry)]
    name = decision.decided_by.removeprefix("route:")
    why = next((one for one in routes if one.matched and one.route == name and not one.shadow), None)
    missed = [one for one in routes if not one.matched and one.error is None]
    return Reasons(
        why=why,
        yaml=tuple(_lines(routing, why.line)) if why and routing else (),
        near=tuple(sorted((one for one in missed if one.share), key=lambda one: -one.share)),
        far=tuple(one for one in missed if not one.share),
        shadows=tuple(one for one in routes if one.matched and one.shadow),
        errors=tuple(one for one in routes if one.error is not None),
        others=tuple(_other(entry) for entry in decision.trace if not _is_route(entry)),
        spans=tuple(_spans(decision.trace, name)),
    )


def _is_route(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("asked", "")).startswith("route:")


def _route(entry: Mapping[str, Any]) -> RouteSaid:
    return RouteSaid(
        route=str(entry["asked"]).removeprefix("route:"),
        archetype=str(entry.get("archetype") or ""),
        matched=bool(entry.get("matched")),
        shadow=bool(entry.get("shadow")),
        detail=str(entry.get("detail") or ""),
        text=str(entry.get("text") or ""),
        path=str(entry.get("path") or ""),
        line=int(entry.get("line") or 0),
        share=round(100 * float(entry.get("match_score") or 0)),
        error=entry.get("error"),
        would=tuple(entry.get("would", ())),
    )


def _other(entry: Mapping[str, Any]) -> OtherSaid:
    known = {"asked", "matched", "detail"}
    return OtherSaid(
        asked=str(entry.get("asked", "")),
        matched=bool(entry.get("matched")),
        detail=str(entry.get("detail") or ""),
        more={name: value for name, value in entry.items() if name not in known and value not in (None, "", [], {})},
    )


def _lines(routing: str, line: int) -> Iterable[YamlLine]:
    lines = routing.split("\n")  # as the page of the version numbers them
    for number in range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1):
        yield YamlLine(number, lines[number - 1], number == line)


def _spans(trace: Sequence[Mapping[str, Any]], decided: str) -> Iterable[MarkedSpan]:
    for entry in trace:
        if not entry.get("matched") or not isinstance(entry.get("start"), int):
            continue
        is_why = entry.get("asked") == f"route:{decided}" and not entry.get("shadow")
        if is_why or entry.get("shadow"):
            kind = "why" if is_why else "also"
            yield MarkedSpan(
                str(entry.get("part", "body")), entry["start"], int(entry.get("end", entry["start"])), kind
            )
