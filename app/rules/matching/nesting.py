"""`all`, `any`, `none`: three-valued, because a condition that could not be evaluated is neither true nor false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.rules.conditions.context import Context
from app.rules.conditions.kind import ConditionError, Evidence, Leaf, Path
from app.rules.conditions.terms import TermsLeaf


@dataclass(frozen=True)
class All:
    """Holds when every child does."""

    path: Path
    children: tuple[Node | Leaf, ...]
    terms: frozenset[int] | None = field(init=False)

    def __post_init__(self) -> None:
        needed = [child.terms for child in self.children if child.terms is not None]
        object.__setattr__(self, "terms", min(needed, key=len, default=None))

    def holds(self, context: Context) -> bool:
        failed: ConditionError | None = None
        for child in self.children:
            try:
                if not child.holds(context):
                    return False
            except ConditionError as error:
                failed = failed or error
        if failed:
            raise failed
        return True

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            said = [child.evidence(context, held=True) for child in self.children]
            return next((evidence for evidence in said if evidence.text), said[0])
        return next(child.evidence(context, held=False) for child in self.children if _state(child, context) is False)

    @property
    def is_all_text(self) -> bool:
        """Without its first condition, which is about the text, nothing is left that could come near."""
        first, *others = self.children
        return isinstance(first, TermsLeaf) and all(isinstance(child, NoneOf) for child in others)

    def nearness(self, context: Context) -> float:
        """Share of the children that hold; of a single nested `all` or `any`, its own."""
        if len(self.children) == 1 and isinstance(self.children[0], All | AnyOf):
            return self.children[0].nearness(context)
        held = sum(_state(child, context) is True and not isinstance(child, NoneOf) for child in self.children)
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
        failed: ConditionError | None = None
        for child in self.children:
            try:
                if child.holds(context):
                    return True
            except ConditionError as error:
                failed = failed or error
        if failed:
            raise failed
        return False

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            return next(child.evidence(context, held=True) for child in self.children if _state(child, context) is True)
        if len(self.children) == 1:
            return self.children[0].evidence(context, held=False)
        return Evidence(f"none of {len(self.children)} alternatives holds", path=self.path)

    def nearness(self, context: Context) -> float:
        return max(child.nearness(context) for child in self.children)


@dataclass(frozen=True)
class NoneOf:
    """Holds when no child does."""

    path: Path
    children: tuple[All, ...]

    @property
    def terms(self) -> None:
        return None

    def holds(self, context: Context) -> bool:
        failed: ConditionError | None = None
        for child in self.children:
            try:
                if child.holds(context):
                    return False
            except ConditionError as error:
                failed = failed or error
        if failed:
            raise failed
        return True

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            return Evidence("nothing of `none` holds", path=self.path)
        kept_out = next(child for child in self.children if _state(child, context) is True)
        because = kept_out.evidence(context, held=True)
        return Evidence(f"kept out by {because.detail}", because.text, because.path)


Node: TypeAlias = All | AnyOf | NoneOf


def _state(child: Node | Leaf, context: Context) -> bool | None:
    """None: it could not be evaluated."""
    try:
        return child.holds(context)
    except ConditionError:
        return None


def leaves(node: Node) -> Sequence[Leaf]:
    """All conditions below it."""
    found: list[Leaf] = []
    for child in node.children:
        found.extend(leaves(child) if isinstance(child, All | AnyOf | NoneOf) else [child])
    return found
