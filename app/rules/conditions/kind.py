"""A kind of condition: its key in the YAML, the values that it takes, and the predicate that it makes of one."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from app.rules.conditions.context import Context, TextPiece

Where = Literal["subject", "body", "both"]
Path = tuple[str | int, ...]


class ConditionError(Exception):
    """A condition could not be evaluated. It is neither true nor false, and the trace shows it."""

    reason = "condition_failed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a condition held, or not."""

    detail: str
    text: str = ""
    """The piece of the ticket's own text that made it so."""
    path: Path = ()
    """Where in the YAML the deciding value stands."""
    piece: TextPiece | None = None
    """Where in the ticket's text `text` stands."""


class Predicate(Protocol):
    """One condition of one route, ready to be asked of a ticket."""

    @property
    def path(self) -> Path: ...

    @property
    def terms(self) -> frozenset[int] | None:
        """At least one of these must occur for this to hold. None: it does not depend on the text."""

    def holds(self, context: Context) -> bool:
        """Raises ConditionError."""

    def evidence(self, context: Context, *, held: bool) -> Evidence: ...


class Vocabulary(Protocol):
    """Numbers the phrases and patterns of all routes, so that a text is searched once for all."""

    def phrase(self, folded: str) -> int: ...

    def pattern(self, pattern: str) -> int: ...


@dataclass(frozen=True, slots=True)
class CompileContext:
    """Where a condition stands, and what it may refer to."""

    path: Path
    where: Where
    terms: Vocabulary
    lists: Mapping[str, tuple[str, ...]]
    """`vocabulary:` of routing.yaml."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the registry. The schema, the matcher, the lint and the docs all read it from there."""

    key: str
    type: Any
    description: str
    build: Callable[[Any, CompileContext], Predicate]
    narrower: Callable[[Any, Any], bool] = operator.eq
    """Whether a condition with the first value can only hold when one with the second does."""


@dataclass(frozen=True, slots=True)
class _Plain:
    """A condition on a fact of the ticket."""

    value: Any
    path: Path
    asks: Callable[[Any, Context], bool]
    says: Callable[[Any, Context], str]

    @property
    def terms(self) -> None:
        return None

    def holds(self, context: Context) -> bool:
        try:
            return self.asks(self.value, context)
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise ConditionError(f"{self.path[-1]}: {error}") from error

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        del held  # the fact explains both
        return Evidence(self.says(self.value, context), path=self.path)


def plain(
    key: str,
    value_type: Any,
    description: str,
    *,
    asks: Callable[[Any, Context], bool],
    says: Callable[[Any, Context], str],
    narrower: Callable[[Any, Any], bool] = operator.eq,
) -> Kind:
    """A kind whose condition is one question. `says` is a short sentence with the fact that answers it."""
    return Kind(key, value_type, description, lambda value, at: _Plain(value, at.path, asks, says), narrower)


def is_subset(narrow: Iterable[str], wide: Iterable[str]) -> bool:
    """For kinds whose value is a list of which any one will do."""
    return set(narrow) <= set(wide)


def quoted(values: object) -> str:
    """`a`, `b` or `c`, for a sentence."""
    names = [f"`{value}`" for value in values] if isinstance(values, tuple) else [f"`{values}`"]
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def same(wanted: tuple[str, ...], actual: str) -> bool:
    """Equal to one of them but for case."""
    return actual.casefold() in (name.casefold() for name in wanted)
