"""Whether one set of conditions can only hold when another does. A yes is certain, a no is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.rules.conditions import KINDS
from app.rules.folding import fold_phrase, is_inside_a_word, may_go_on
from app.rules.routing import ConditionsConfig
from app.rules.shipped_lists import named, phrase_lists

_NARROWER: Final = {kind.key: kind.narrower for kind in KINDS}
_Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Stated:
    """One condition, with where its terms are looked for."""

    key: str
    value: Any
    where: str


def implies(narrow: ConditionsConfig, wide: ConditionsConfig, lists: _Lists) -> bool:
    """Whether `wide` holds for every ticket for which `narrow` holds."""
    flat = _flat(narrow)
    return (
        all(_implies_one(flat, stated, lists) for stated in _stated(wide))
        and all(implies(narrow, member, lists) for member in wide.all)
        and (not wide.any or any(implies(narrow, member, lists) for member in wide.any) or _each_way(flat, wide, lists))
        and all(_ruled_out(flat, member, lists) for member in wide.none)
    )


def contains_phrase(longer: str, shorter: str) -> bool:
    """Whether the shorter is found wherever the longer is; both folded."""
    core, open_end = shorter.removesuffix("*"), shorter.endswith("*")
    text, text_open = longer.removesuffix("*"), longer.endswith("*")
    start = text.find(core)
    while start >= 0:
        end = start + len(core)
        begins = start == 0 or not is_inside_a_word(text[start - 1], text[start])
        if end == len(text):
            ends = open_end or not text_open
        else:
            ends = open_end or may_go_on(text[end - 1]) or not is_inside_a_word(text[end - 1], text[end])
        if begins and ends:
            return True
        start = text.find(core, start + 1)
    return False


def unfold_lists(phrases: Sequence[str], lists: _Lists) -> list[str]:
    """The phrases folded, each `$name` replaced by its list."""
    found: list[str] = []
    for phrase in phrases:
        found.extend(fold_phrase(member) for member in _members(phrase, lists))
    return found


def _members(phrase: str, lists: _Lists) -> Sequence[str]:
    if not (name := named(phrase)):
        return (phrase,)
    shipped = phrase_lists().get(name)
    return lists.get(name, shipped.terms if shipped else ())


def _stated(when: ConditionsConfig) -> list[_Stated]:
    given = ((kind.key, getattr(when, kind.key)) for kind in KINDS)
    return [_Stated(key, value, when.where) for key, value in given if value is not None]


def _flat(when: ConditionsConfig) -> list[ConditionsConfig]:
    """The conditions and those under its `all`: they hold together."""
    return [when, *(inner for member in when.all for inner in _flat(member))]


def _implies_one(flat: Sequence[ConditionsConfig], wide: _Stated, lists: _Lists) -> bool:
    if any(_narrower(stated, wide, lists) for when in flat for stated in _stated(when)):
        return True
    return any(when.any and all(_implies_one(_flat(m), wide, lists) for m in when.any) for when in flat)


def _each_way(flat: Sequence[ConditionsConfig], wide: ConditionsConfig, lists: _Lists) -> bool:
    """Whether each alternative of some `any` leads to an alternative of the wide one."""
    return any(when.any and all(any(implies(m, w, lists) for w in wide.any) for m in when.any) for when in flat)


def _ruled_out(flat: Sequence[ConditionsConfig], unwanted: ConditionsConfig, lists: _Lists) -> bool:
    return any(implies(unwanted, member, lists) for when in flat for member in when.none)


def _narrower(one: _Stated, wide: _Stated, lists: _Lists) -> bool:
    if one.key != wide.key:
        return False
    if one.key in ("phrases", "patterns") and wide.where not in ("both", one.where):
        return False
    if one.key == "phrases":
        shorter = unfold_lists(wide.value, lists)
        longer = unfold_lists(one.value, lists)
        return bool(longer) and all(any(contains_phrase(text, core) for core in shorter) for text in longer)
    return _NARROWER[one.key](one.value, wide.value)
