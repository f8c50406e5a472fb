"""Asks all routes about one ticket. The text is searched once for the phrases and patterns of all of them; a route that
needs a word which is not there is never looked at, so a thousand routes cost about as much as ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from ahocorasick_rs import AhoCorasick

from app.rules.conditions import KINDS
from app.rules.conditions.kind import ConditionError, Evidence, Leaf, Path, Site
from app.rules.conditions.scene import Facts, Hit, Part, Scene
from app.rules.nesting import All, AnyOf, Node, NoneOf
from app.rules.positions import Positions, spell
from app.rules.re2_patterns import PatternSet
from app.ticket import Ticket

if TYPE_CHECKING:
    from app.rules.loading import Rules
    from app.rules.schema import Conditions, Remark, Routing

PREFIX_SIGN: Final = "*"
_PARTS: Final[tuple[Part, Part]] = ("subject", "body")
Stage = Literal["before language", "after language"]


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


class Matcher:
    """The routes and remarks of one routing.yaml, made ready."""

    def __init__(self, routing: Routing, positions: Positions) -> None:
        self.routing = routing
        self.positions = positions
        terms = _Terms()
        lists = routing.vocabulary
        self.routes = tuple(
            compile_conditions(route.when, ("routes", i, "when"), terms, lists)
            for i, route in enumerate(routing.routes)
        )
        self.remarks = tuple(
            compile_conditions(remark.when, ("remarks", i, "when"), terms, lists)
            for i, remark in enumerate(routing.remarks)
        )
        self.shadows = frozenset(
            i
            for i, route in enumerate(routing.routes)
            if (route.mode or routing.archetypes[route.archetype].mode or routing.defaults.mode) == "shadow"
        )
        self._search = terms.search()
        self._always, self._needing = _index(self.routes)
        self._places: dict[Path, tuple[str, int]] = {}
        self.rejections: dict[int, RouteTrace] = {}

    def scan(self, scene: Scene) -> None:
        """Find all terms in the ticket's text."""
        for part in _PARTS:
            folded = scene.part(part)
            if folded.original:
                self._search.into(scene.hits, part, folded.folded, folded.clean)

    def place(self, path: Path) -> tuple[str, int]:
        """Spelt out, and its line."""
        known = self._places.get(path)
        if known is None:
            known = self._places[path] = (spell(path), self.positions.at(path).line)
        return known

    def candidates(self, scene: Scene) -> list[int]:
        """The routes that could match, in order: all others need a term that does not occur."""
        found = set(self._always)
        for term in scene.hits:
            found.update(self._needing.get(term, ()))
        return sorted(found)


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
        matched = held is True
        evidence = Evidence(error, path=node.path) if error else _evidence(node, self.scene, held=matched)
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
            nearness=1.0 if matched else node.nearness(self.scene),
            shadow=index in self.matcher.shadows,
        )

    def _rejected(self, index: int) -> RouteTrace:
        """Of a route that needs a term which does not occur: most say the same of every such ticket."""
        if not self.matcher.routes[index].is_all_text:
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
        return self.matcher.candidates(self.scene)

    def _remarks(self, archetype: str) -> Iterator[tuple[Remark, bool | str]]:
        for remark, node in zip(self.scene.routing.remarks, self.matcher.remarks, strict=True):
            if not remark.archetypes or archetype in remark.archetypes:
                yield remark, _held(node, self.scene)

    def _holds(self, index: int) -> bool | str:
        return _held(self.matcher.routes[index], self.scene)


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


def _evidence(node: Node | Leaf, scene: Scene, *, held: bool) -> Evidence:
    try:
        return node.evidence(scene, held=held)
    except ConditionError as error:
        return Evidence(str(error), path=node.path)


def compile_conditions(when: Conditions, path: Path, terms: _Terms, lists: Mapping[str, tuple[str, ...]]) -> All:
    """Text first within `all`: it is cheap once the text is searched, and says most in a trace."""
    children: list[Node | Leaf] = []
    for kind in KINDS:
        value = getattr(when, kind.key)
        if value is not None:
            children.append(kind.build(value, Site((*path, kind.key), when.where, terms, lists)))
    for key, nest in (("all", All), ("any", AnyOf), ("none", NoneOf)):
        members: Sequence[Conditions] = getattr(when, key)
        if members:
            compiled = tuple(
                compile_conditions(member, (*path, key, i), terms, lists) for i, member in enumerate(members)
            )
            children.append(nest((*path, key), compiled))
    return All(path, tuple(children))


class _Terms:
    """Numbers the different phrases and patterns of a file; a phrase that two routes use is searched for once."""

    def __init__(self) -> None:
        self._phrases: dict[str, int] = {}
        self._patterns: dict[str, int] = {}
        self._count = 0

    def phrase(self, folded: str) -> int:
        return self._number(self._phrases, folded)

    def pattern(self, pattern: str) -> int:
        return self._number(self._patterns, pattern)

    def search(self) -> _Search:
        return _Search(self._phrases, self._patterns)

    def _number(self, table: dict[str, int], text: str) -> int:
        if text not in table:
            table[text] = self._count
            self._count += 1
        return table[text]


class _Search:
    def __init__(self, phrases: Mapping[str, int], patterns: Mapping[str, int]) -> None:
        words: dict[str, list[tuple[int, bool]]] = {}
        for phrase, term in phrases.items():
            open_end = phrase.endswith(PREFIX_SIGN)
            words.setdefault(phrase.removesuffix(PREFIX_SIGN), []).append((term, open_end))
        self._meant = tuple(tuple(meant) for meant in words.values())
        self._automaton = AhoCorasick(list(words)) if words else None
        self._patterns = PatternSet(list(patterns))
        self._pattern_terms = tuple(patterns.values())

    def into(self, hits: dict[int, list[Hit]], part: Part, folded: str, clean: str) -> None:
        if self._automaton is not None:
            seen: set[int] = set()
            for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
                if start and _is_word(folded[start - 1]) and _is_word(folded[start]):
                    continue
                whole = end == len(folded) or not (_is_word(folded[end]) and _is_word(folded[end - 1]))
                for term, open_end in self._meant[number]:
                    if (whole or open_end) and term not in seen:
                        seen.add(term)
                        hits.setdefault(term, []).append(Hit(part, (start, end)))
        for number in self._patterns.indexes(clean):
            hits.setdefault(self._pattern_terms[number], []).append(Hit(part, None))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _index(routes: Sequence[All]) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
    """Routes that can match any text, and for each term the routes that need it or one of its like."""
    always: list[int] = []
    needing: dict[int, list[int]] = {}
    for index, node in enumerate(routes):
        if node.terms is None:
            always.append(index)
        else:
            for term in node.terms:
                needing.setdefault(term, []).append(index)
    return tuple(always), {term: tuple(indexes) for term, indexes in needing.items()}
