"""Asks the routes about one ticket: which one decides, and for every route why, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from app.rules.conditions.context import Context, Facts
from app.rules.conditions.kind import ConditionError, Evidence
from app.rules.matching.matcher import Matcher
from app.rules.matching.nesting import All
from app.rules.matching.trace import RouteTrace
from app.rules.routing import RemarkConfig
from app.ticket import Ticket

Stage = Literal["before language", "after language"]
NOT_FOR_COMMENTS: Final = "it is about what opened a ticket; to ask it of later comments too, give it an `event`"


@dataclass(frozen=True)
class Matching:
    """What the routes say of one ticket. Nothing is worked out before it is asked for."""

    matcher: Matcher
    context: Context

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

    def near_misses(self, count: int = 3) -> tuple[RouteTrace, ...]:
        """Routes that did not match but came closest, the closest first; only those of which something held."""
        missed = [trace for trace in self.trace() if not trace.matched and trace.match_score > 0]
        return tuple(sorted(missed, key=lambda trace: -trace.match_score)[:count])

    def remarks(self, archetype: str) -> tuple[RemarkConfig, ...]:
        """Those that hold for the ticket and apply to the archetype."""
        return tuple(
            remark
            for remark, node in zip(self.matcher.routing.remarks, self.matcher.remarks, strict=True)
            if (not remark.archetypes or archetype in remark.archetypes) and _held(node, self.context) is True
        )

    def of(self, index: int) -> RouteTrace:
        """What one route said."""
        route, node = self.matcher.routing.routes[index], self.matcher.routes[index]
        held = self._holds(index)
        error = held if isinstance(held, str) else None
        matched, asked = held is True, self._is_asked(index)
        if asked:
            evidence = Evidence(error, path=node.path) if error else _evidence(node, self.context, held=matched)
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
            match_score=1.0 if matched else node.score(self.context) if asked else 0.0,
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
        routes = self.matcher.routing.routes
        for index in self._candidates:
            if stage is None or (routes[index].before == "language") is (stage == "before language"):
                yield index

    @cached_property
    def _candidates(self) -> list[int]:
        return [index for index in self.matcher.candidates(self.context) if self._is_asked(index)]

    def _is_asked(self, index: int) -> bool:
        """A later comment is judged by the routes that ask for comments; the others judged what opened the ticket."""
        return self.context.ticket.event != "comment" or index in self.matcher.for_comments

    def _holds(self, index: int) -> bool | str:
        return self._is_asked(index) and _held(self.matcher.routes[index], self.context)


def match(matcher: Matcher, ticket: Ticket, facts: Facts, now: datetime) -> Matching:
    """Search the ticket's text for all routes' terms; the rest happens when it is asked for. Never raises."""
    context = Context(ticket, facts, now, matcher.routing.channels, matcher.routing.team)
    matcher.scan(context)
    return Matching(matcher, context)


def _held(node: All, context: Context) -> bool | str:
    """Or what went wrong."""
    try:
        return node.holds(context)
    except ConditionError as error:
        return str(error)


def _evidence(node: All, context: Context, *, held: bool) -> Evidence:
    try:
        return node.evidence(context, held=held)
    except ConditionError as error:
        return Evidence(str(error), path=node.path)
