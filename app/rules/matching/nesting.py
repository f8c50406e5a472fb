"""`all`, `any` and `none`: three-valued, because a condition that failed is neither true nor false."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from app.rules.conditions.context import Context
from app.rules.conditions.kind import ConditionError, Evidence, Path, Predicate
from app.rules.conditions.terms import TermsPredicate


@dataclass(frozen=True)
class All:
    """Holds when every child does."""

    path: Path
    children: "tuple[Node | Predicate, ...]"
    terms: frozenset[int] | None = field(init=False)

    def __post_init__(self) -> None:
        needed = [child.terms for child in self.children if child.terms is not None]
        object.__setattr__(self, "terms", min(needed, key=len, default=None))

    def holds(self, context: Context) -> bool:
        return not _some(self.children, context, held=False)

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            first = self.children[0].evidence(context, held=True)
            if first.text:
                return first
            said = (child.evidence(context, held=True) for child in self.children[1:])
            return next((evidence for evidence in said if evidence.text), first)
        return _first(self.children, context, held=False).evidence(context, held=False)

    def lacks_its_words(self, context: Context) -> bool:
        """Whether its first condition is on the text, and nothing that it looks for occurs."""
        first = self.children[0]
        return isinstance(first, TermsPredicate) and first.terms.isdisjoint(context.hits)

    def score(self, context: Context) -> float:
        """Share of the children that hold; of a single nested `all` or `any`, its own."""
        if len(self.children) == 1 and isinstance(self.children[0], All | AnyOf):
            return self.children[0].score(context)
        held = sum(not isinstance(child, NoneOf) and _state(child, context) is True for child in self.children)
        return held / len(self.children)


@dataclass(frozen=True)
class AnyOf:
    """Holds when at least one child does."""

    path: Path
    children: tuple[All, ...]
    terms: frozenset[int] | None = field(init=False)

    def __post_init__(self) -> None:
        needed = [child.terms for child in self.children]
        union = frozenset().union(*(terms for terms in needed if terms is not None))
        object.__setattr__(self, "terms", None if None in needed else union)

    def holds(self, context: Context) -> bool:
        return _some(self.children, context, held=True)

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            return _first(self.children, context, held=True).evidence(context, held=True)
        if len(self.children) == 1:
            return self.children[0].evidence(context, held=False)
        return Evidence(f"none of {len(self.children)} alternatives holds", path=self.path)

    def score(self, context: Context) -> float:
        return max(child.score(context) for child in self.children)


@dataclass(frozen=True)
class NoneOf:
    """Holds when no child does."""

    path: Path
    children: tuple[All, ...]

    @property
    def terms(self) -> None:
        return None

    def holds(self, context: Context) -> bool:
        return not _some(self.children, context, held=True)

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            return Evidence("nothing of `none` holds", path=self.path)
        because = _first(self.children, context, held=True).evidence(context, held=True)
        return replace(because, detail=f"kept out by {because.detail}")


Node: TypeAlias = All | AnyOf | NoneOf


def _some(children: Sequence[Node | Predicate], context: Context, *, held: bool) -> bool:
    """Whether one of them is so. Raises ConditionError when none is, and one could not be evaluated."""
    failed: ConditionError | None = None
    for child in children:
        try:
            if child.holds(context) is held:
                return True
        except ConditionError as error:
            failed = failed or error
    if failed:
        raise failed
    return False


def _first(children: Sequence[Node | Predicate], context: Context, *, held: bool) -> Node | Predicate:
    return next(child for child in children if _state(child, context) is held)


def _state(child: Node | Predicate, context: Context) -> bool | None:
    """None: it could not be evaluated."""
    try:
        return child.holds(context)
    except ConditionError:
        return None
