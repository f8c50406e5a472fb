"""Asks the routes about one ticket: which one decides, and for every route why, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from app.rules.conditions.context import Facts, Scene
from app.rules.conditions.kind import ConditionError, Evidence
from app.rules.matching.matcher import Matcher
from app.rules.matching.nesting import All
from app.ticket import Ticket

if TYPE_CHECKING:
    from app.rules.parsing.loading import Rules
    from app.rules.schema.routing import Remark

Stage = Literal["before language", "after language"]
NOT_FOR_COMMENTS: Final = "it is about what opened a ticket; to ask it of later comments too, give it an `event`"


@dataclass(frozen=True, slots=True)
class RouteTrace:
    """What one route said of a ticket, and why."""

    index: int
    route: str
    archetype: str
    matched: bool
    error: str | None
    path: str
    """Of the deciding condition in the YAML."""
    line: int
    detail: str
    text: str
    """The piece of the ticket that made it so, as it was written."""
    nearness: float
    """Share of the top conditions that held."""
    shadow: bool


@dataclass(frozen=True)
class Matching:
    """What the routes say of one ticket. Nothing is worked out before it is asked for."""

    matcher: Matcher
    scene: Scene

    def knowing(self, facts: Facts) -> Matching:
        """The same ticket, with more known about it; its text is not searched again."""
        ticket, now, routing, hits = self.scene.ticket, self.scene.now, self.scene.routing, self.scene.hits
        return Matching(self.matcher, Scene(ticket, facts, now, routing, hits))

    def first(self, stage: Stage | None = None) -> RouteTrace | None:
        """The route that decides; of one stage only, or of all. Shadow routes decide nothing."""
        for index in self._in_stage(stage):
            if index not in self.matcher.shadows and self._holds(index) is True:
                return self.of(index)
        return None

    def errors(self, stage: Stage | None = None) -> tuple[RouteTrace, ...]:
        """Routes that could not be evaluated and would have been asked before the one that decided."""
        failed = []
        for index in self._in_stage(stage):
            held = self._holds(index)
            if isinstance(held, str):
                failed.append(self.of(index))
            elif held and index not in self.matcher.shadows:
                break
        return tuple(failed)

    def shadows(self, stage: Stage | None = None) -> tuple[RouteTrace, ...]:
        """Shadow routes that would have matched."""
        return tuple(
            self.of(index)
            for index in self._in_stage(stage)
            if index in self.matcher.shadows and self._holds(index) is True
        )

    def trace(self) -> tuple[RouteTrace, ...]:
        """Every route in the file's order."""
        looked_at = frozenset(self._candidates)
        return tuple(
            self.of(index) if index in looked_at else self._rejected(index) for index in range(len(self.matcher.routes))
        )

    def nearest(self, count: int = 3) -> tuple[RouteTrace, ...]:
        """Routes that did not match but came closest, the closest first; only those of which something held."""
        missed = [trace for trace in self.trace() if not trace.matched and trace.nearness > 0]
        return tuple(sorted(missed, key=lambda trace: -trace.nearness)[:count])

    def remarks(self, archetype: str) -> tuple[Remark, ...]:
        """Those that hold for the ticket and apply to the archetype."""
        return tuple(remark for remark, held in self._remarks(archetype) if held is True)

    def remark_errors(self, archetype: str) -> tuple[tuple[str, str], ...]:
        """Names of remarks that could not be evaluated, and what went wrong."""
        return tuple((remark.name, held) for remark, held in self._remarks(archetype) if isinstance(held, str))

    def of(self, index: int) -> RouteTrace:
        """What one route said."""
        route, node = self.scene.routing.routes[index], self.matcher.routes[index]
        held = self._holds(index)
        error = held if isinstance(held, str) else None
        matched, asked = held is True, self._is_asked(index)
        if asked:
            evidence = Evidence(error, path=node.path) if error else _evidence(node, self.scene, held=matched)
        else:
            evidence = Evidence(NOT_FOR_COMMENTS, path=node.path)
        path, line = self.matcher.place(evidence.path or node.path)
        return RouteTrace(
            index=index,
            route=route.name,
            archetype=route.archetype,
            matched=matched,
            error=error,
            path=path,
            line=line,
            detail=evidence.detail,
            text=evidence.text,
            nearness=1.0 if matched else node.nearness(self.scene) if asked else 0.0,
            shadow=index in self.matcher.shadows,
        )

    def _rejected(self, index: int) -> RouteTrace:
        """Of a route that needs a term which does not occur: most say the same of every such ticket."""
        if not self.matcher.routes[index].is_all_text or not self._is_asked(index):
            return self.of(index)
        known = self.matcher.rejections.get(index)
        if known is None:
            known = self.matcher.rejections[index] = self.of(index)
        return known

    def _in_stage(self, stage: Stage | None) -> Iterator[int]:
        routes = self.scene.routing.routes
        for index in self._candidates:
            if stage is None or (routes[index].before == "language") is (stage == "before language"):
                yield index

    @cached_property
    def _candidates(self) -> list[int]:
        return [index for index in self.matcher.candidates(self.scene) if self._is_asked(index)]

    def _is_asked(self, index: int) -> bool:
        """A later comment is judged by the routes that ask for comments; the others judged what opened the ticket."""
        return self.scene.ticket.event != "comment" or index in self.matcher.for_comments

    def _remarks(self, archetype: str) -> Iterator[tuple[Remark, bool | str]]:
        for remark, node in zip(self.scene.routing.remarks, self.matcher.remarks, strict=True):
            if not remark.archetypes or archetype in remark.archetypes:
                yield remark, _held(node, self.scene)

    def _holds(self, index: int) -> bool | str:
        return self._is_asked(index) and _held(self.matcher.routes[index], self.scene)


def match(rules: Rules, ticket: Ticket, facts: Facts, now: datetime) -> Matching:
    """Search the ticket's text for all routes' terms; the rest happens when it is asked for. Never raises."""
    scene = Scene(ticket, facts, now, rules.routing)
    rules.matcher.scan(scene)
    return Matching(rules.matcher, scene)


def _held(node: All, scene: Scene) -> bool | str:
    """Or what went wrong."""
    try:
        return node.holds(scene)
    except ConditionError as error:
        return str(error)


def _evidence(node: All, scene: Scene, *, held: bool) -> Evidence:
    try:
        return node.evidence(scene, held=held)
    except ConditionError as error:
        return Evidence(str(error), path=node.path)
