"""Reports that say the opposite of each other share nearly all words, and are two bugs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import product
from typing import Final

from app.similarity.terms import AMOUNTS, DATA, NOT, terms
from app.word_lists import lines_of, words_of


def _pairs() -> Iterator[tuple[str, str]]:
    for line in lines_of(DATA / "opposites.txt"):
        left, right = ([*terms(side), *AMOUNTS.intersection(side.split())] for side in line.split("|"))
        yield from product(left, right)


def _by_term(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Each term's opposites: of a text's few terms each is looked up, and not each pair in the text."""
    opposites = defaultdict[str, set[str]](set)
    for one, other in pairs:
        opposites[one].add(other)
        opposites[other].add(one)
    return {term: frozenset(others) for term, others in opposites.items()}


_OPPOSITES: Final = _by_term(_pairs())
_FAILING: Final = frozenset(terms(" ".join(words_of(DATA / "failing.txt")))) - {NOT}
TELLING: Final = frozenset(_OPPOSITES) | _FAILING | {NOT}
"""The terms by which it is told."""


def are_opposites(one: AbstractSet[str], other: AbstractSet[str], *, alike_long: bool) -> bool:
    """`one`, `other`: their terms, as far as in TELLING. `alike_long`: a long text says "not" somewhere."""
    only_in_other = other - one
    if any(not only_in_other.isdisjoint(_OPPOSITES.get(term, ())) for term in one - other):
        return True
    return alike_long and (_denies(one, other) or _denies(other, one))


def _is_only_in(term: str, one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    return term in one and term not in other


def _denies(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """It says not, and the other one does not say so in other words."""
    return _is_only_in(NOT, one, other) and not (other - one) & _FAILING
