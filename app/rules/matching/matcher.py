"""Compiles the routes of one routing.yaml.

The matcher finds a route by the words that it needs. It never looks at a route whose words do not occur, so a thousand
routes cost about as much as ten.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from app.rules.conditions import KINDS
from app.rules.conditions.context import Context, Part
from app.rules.conditions.kind import CompileContext, Path, Predicate
from app.rules.matching.nesting import All, AnyOf, Node, NoneOf
from app.rules.matching.text_search import Terms
from app.rules.matching.trace import RouteTrace
from app.rules.parsing.positions import Positions, spell
from app.rules.routing import ConditionsConfig, GuardConfig, RemarkConfig, RouteConfig, RoutingConfig

_PARTS: Final[tuple[Part, Part]] = ("subject", "body")


class Matcher:
    """The compiled routes, remarks and guards of one routing.yaml."""

    def __init__(self, routing: RoutingConfig, positions: Positions) -> None:
        self.routing = routing
        self.positions = positions
        terms = Terms()

        def compiled(key: str, entries: Sequence[RouteConfig | RemarkConfig | GuardConfig]) -> tuple[All, ...]:
            whens = enumerate(one.when for one in entries)
            return tuple(compile_conditions(when, (key, i, "when"), terms, routing.vocabulary) for i, when in whens)

        self.routes, self.remarks = compiled("routes", routing.routes), compiled("remarks", routing.remarks)
        self.guards = compiled("guards", routing.guards)
        self.shadows = _shadows(routing)
        self.for_comments = frozenset(i for i, route in enumerate(routing.routes) if _asks_for_comments(route.when))
        """Routes that name the event `comment`. All others judge what opened the ticket."""
        self._search = terms.search()
        self._always, self._needing = _index(self.routes)
        self._places: dict[Path, tuple[str, int]] = {}
        self.rejections: dict[tuple[int, float], RouteTrace] = {}
        """The traces of routes for a ticket that has none of the words they need, by how many other conditions held."""

    def scan(self, context: Context) -> None:
        """Find the terms of all routes in the ticket's text."""
        for part in _PARTS:
            folded = context.part(part)
            if folded.original:
                self._search.into(context.hits, part, folded.folded, folded.clean)

    def place(self, path: Path) -> tuple[str, int]:
        """The path spelt out, and its line."""
        known = self._places.get(path)
        if known is None:
            known = self._places[path] = (spell(path), self.positions.at(path).line)
        return known

    def candidates(self, context: Context) -> list[int]:
        """The routes that could match, in order; all others need a term that does not occur."""
        found = set(self._always)
        for term in context.hits:
            found.update(self._needing.get(term, ()))
        return sorted(found)


def _asks_for_comments(when: ConditionsConfig) -> bool:
    nested = (*when.all, *when.any, *when.none)
    return "comment" in (when.event or ()) or any(map(_asks_for_comments, nested))


def compile_conditions(when: ConditionsConfig, path: Path, terms: Terms, lists: Mapping[str, tuple[str, ...]]) -> All:
    """Text conditions come first: they are cheap once the text is searched, and say most in a trace."""
    children: list[Node | Predicate] = []
    for kind in KINDS:
        value = getattr(when, kind.key)
        if value is not None:
            children.append(kind.build(value, CompileContext((*path, kind.key), when.where, terms, lists)))
    for key, nest in (("all", All), ("any", AnyOf), ("none", NoneOf)):
        members: Sequence[ConditionsConfig] = getattr(when, key)
        if members:
            compiled = tuple(
                compile_conditions(member, (*path, key, i), terms, lists) for i, member in enumerate(members)
            )
            children.append(nest((*path, key), compiled))
    return All(path, tuple(children))


def _index(routes: Sequence[All]) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
    """The routes that can match any text, and by term the routes that need it or a sibling."""
    always: list[int] = []
    needing: dict[int, list[int]] = {}
    for index, node in enumerate(routes):
        if node.terms is None:
            always.append(index)
        else:
            for term in node.terms:
                needing.setdefault(term, []).append(index)
    return tuple(always), {term: tuple(indexes) for term, indexes in needing.items()}


def _shadows(routing: RoutingConfig) -> frozenset[int]:
    """Routes that only record. None when everything is a shadow: then all decide, and nothing acts."""
    if routing.defaults.mode == "shadow":
        return frozenset()
    modes = (route.mode or routing.archetypes[route.archetype].mode for route in routing.routes)
    return frozenset(index for index, mode in enumerate(modes) if mode == "shadow")
