"""Asks the routes about one ticket: which one decides, and why each of the others does not."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from app.rules.conditions.context import Context, Facts, PlaceInBody, same_place
from app.rules.conditions.kind import ConditionError, Evidence
from app.rules.matching.matcher import Matcher
from app.rules.matching.nesting import All
from app.rules.matching.trace import RouteTrace
from app.rules.routing import GuardConfig, RemarkConfig
from app.ticket import Ticket

Stage = Literal["before language", "after language"]
NOT_FOR_COMMENTS: Final = "it is about what opened a ticket; to ask it of later comments too, give it an `event`"
NOT_OF_CHANNEL: Final = "its archetype is not for this channel"


@dataclass(frozen=True)
class Matching:
    """What the routes say of one ticket, worked out when it is asked for."""

    matcher: Matcher
    context: Context

    def first(self, stage: Stage | None = None) -> RouteTrace | None:
        """The route that decides; of one stage only, or of all. Shadow routes decide nothing."""
        routes = self.matcher.routing.routes
        for index in self._candidates:
            in_stage = stage is None or (routes[index].before == "language") is (stage == "before language")
            if in_stage and index not in self.matcher.shadows and self._held(index) is True:
                return self.of(index)
        return None

    def matched(self) -> tuple[RouteTrace, ...]:
        """Every route that holds, also those that another one was faster than."""
        return tuple(self.of(index) for index in self._candidates if self._held(index) is True)

    def errors(self) -> tuple[RouteTrace, ...]:
        """Routes that could not be evaluated and would have been asked before the one that decided."""
        failed = []
        for index in self._candidates:
            held = self._held(index)
            if isinstance(held, str):
                failed.append(self.of(index))
            elif held and index not in self.matcher.shadows:
                break
        return tuple(failed)

    def shadows(self) -> tuple[RouteTrace, ...]:
        """Shadow routes that would have matched."""
        return tuple(one for one in self.matched() if one.shadow)

    def trace(self) -> tuple[RouteTrace, ...]:
        """Every route in the file's order."""
        looked_at = frozenset(self._candidates)
        return tuple(
            self.of(index) if index in looked_at else self._rejected(index) for index in range(len(self.matcher.routes))
        )

    def near_misses(self, count: int = 3) -> tuple[RouteTrace, ...]:
        """Routes that did not match although a part of them held, the closest first."""
        missed = [trace for trace in self.trace() if not trace.matched and trace.match_score > 0]
        return tuple(sorted(missed, key=lambda trace: -trace.match_score)[:count])

    def remarks(self, archetype: str) -> tuple[RemarkConfig, ...]:
        """Those that hold for the ticket and apply to the archetype."""
        return tuple(
            remark
            for remark, node in zip(self.matcher.routing.remarks, self.matcher.remarks, strict=True)
            if (not remark.archetypes or archetype in remark.archetypes) and _held(node, self.context) is True
        )

    def guards(self) -> tuple[GuardConfig, ...]:
        """Those that hold for the ticket."""
        written = self.matcher.routing.guards
        return tuple(
            guard for guard, node in zip(written, self.matcher.guards, strict=True) if _held(node, self.context) is True
        )

    def of(self, index: int) -> RouteTrace:
        """What one route said."""
        said = self._said.get(index)
        if said is None:
            said = self._said[index] = self._asked(index)
        return said

    def _asked(self, index: int) -> RouteTrace:
        route, node = self.matcher.routing.routes[index], self.matcher.routes[index]
        held, score = self._held(index), 0.0
        error = held if isinstance(held, str) else None
        if why := self._not_asked(index):
            evidence = Evidence(why, path=node.path)
        else:
            evidence = self._evidence(node, error, held=held is True)
            score = 1.0 if held is True else node.score(self.context)
        path, line = self.matcher.place(evidence.path or node.path)
        return RouteTrace(
            index=index,
            route=route.name,
            archetype=route.archetype,
            matched=held is True,
            error=error,
            path=path,
            line=line,
            detail=evidence.detail,
            text=evidence.text,
            piece=evidence.piece,
            match_score=score,
            shadow=index in self.matcher.shadows,
        )

    def _rejected(self, index: int) -> RouteTrace:
        """What a route says that needs a term which does not occur: mostly the same of every such ticket."""
        node = self.matcher.routes[index]
        if not node.lacks_its_words(self.context) or self._not_asked(index):
            return self.of(index)
        among = index, node.score(self.context)
        known = self.matcher.rejections.get(among)
        if known is None:
            known = self.matcher.rejections[among] = self.of(index)
        return known

    @cached_property
    def _said(self) -> dict[int, RouteTrace]:
        """What routes said so far: a route that matched is asked for by verdict, plan and trace."""
        return {}

    @cached_property
    def _candidates(self) -> list[int]:
        return [index for index in self.matcher.candidates(self.context) if not self._not_asked(index)]

    @cached_property
    def _not_of_channel(self) -> frozenset[str]:
        return self.matcher.routing.not_of(self.context.channel)

    def _not_asked(self, index: int) -> str:
        """A later comment is judged by the routes that ask for comments; the others judged what opened the ticket.

        Empty where it is asked.
        """
        if self.context.ticket.event == "comment" and index not in self.matcher.for_comments:
            return NOT_FOR_COMMENTS
        is_possible = self.matcher.routing.routes[index].archetype not in self._not_of_channel
        return "" if is_possible else NOT_OF_CHANNEL

    def _held(self, index: int) -> bool | str:
        """Whether a route holds, or what went wrong."""
        return not self._not_asked(index) and _held(self.matcher.routes[index], self.context)

    def _evidence(self, node: All, error: str | None, *, held: bool) -> Evidence:
        try:
            return Evidence(error, path=node.path) if error else node.evidence(self.context, held=held)
        except ConditionError as failed:
            return Evidence(str(failed), path=node.path)


def match(
    matcher: Matcher, ticket: Ticket, facts: Facts, now: datetime, *, place_in_body: PlaceInBody = same_place
) -> Matching:
    """Search the ticket's text for the terms of all routes; the rest happens when asked for. Never raises."""
    context = Context(ticket, facts, now, matcher.routing.channels, matcher.routing.team, place_in_body=place_in_body)
    matcher.scan(context)
    return Matching(matcher, context)


def _held(node: All, context: Context) -> bool | str:
    try:
        return node.holds(context)
    except ConditionError as error:
        return str(error)
