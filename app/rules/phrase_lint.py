"""Warnings about phrases and patterns that match nothing, or too much: a function each, its docstring the reason."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from app.rules.examples import RuleExample
from app.rules.folding import fold_phrase
from app.rules.implication import contains_phrase, unfold_lists
from app.rules.loading import Rules
from app.rules.parsing.positions import Path, Problem
from app.rules.routing import ConditionsConfig
from app.rules.shipped_lists import named

_QUOTES: Final = "\"'“”„‟‘’‚‛«»‹›「」"
_WORD: Final = re.compile(r"[^\W\d_]+")
_COMMENT: Final = re.compile(r"\s#\S+")
_LOOK_ALIKE: Final = ("LATIN", "CYRILLIC", "GREEK")
"""Scripts with letters that look the same. Others stand beside Latin ones for good reasons."""


def contained_phrase(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A phrase beside a shorter one that it contains: it adds nothing."""
    lists = rules.routing.vocabulary
    for path, phrases in _phrases(rules):
        for (one, first), (other, second) in combinations(enumerate(phrases), 2):
            for index, longer, shorter in ((other, second, first), (one, first, second)):
                inside, outside = unfold_lists([shorter], lists), unfold_lists([longer], lists)
                if outside and all(any(contains_phrase(text, core) for core in inside) for text in outside):
                    message = f"`{longer}` adds nothing: `{shorter}` finds it too"
                    yield rules.positions.problem((*path, index), message)
                    break


def cut_phrase(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A phrase or pattern that ends where YAML takes ` #` for the beginning of a comment."""
    lines = rules.routing_text.splitlines()
    for path, written in _terms(rules):
        at = rules.positions.at(path, value=True)
        line = lines[at.line - 1][at.column - 1 :] if at.line <= len(lines) else ""
        found = _COMMENT.match(line, len(written)) if line.startswith(written) else None
        if found:
            message = f"YAML takes `{found[0].strip()}` for a comment; write '{written}{found[0]}' in quotes"
            yield rules.positions.problem(path, message, value=True)


def lookalike_letter(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A word with letters of two alphabets that look alike: nobody writes it so, and it matches nothing."""
    for path, written in _terms(rules):
        for word in _WORD.findall(written):
            scripts = {letter: script for letter in word if (script := _script(letter))}
            if len(set(scripts.values())) > 1:
                rare = min(set(scripts.values()), key=[*scripts.values()].count)
                letters = ", ".join(letter for letter, script in scripts.items() if script == rare)
                yield rules.positions.problem(path, f"`{word}` has a {rare.capitalize()} {letters} in it", value=True)


def quoted_phrase(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """Quotes that are part of the phrase: it matches only where people write them too."""
    for path, phrases in _phrases(rules):
        for number, phrase in enumerate(phrases):
            if len(phrase) > 2 and phrase[0] in _QUOTES and phrase[-1] in _QUOTES:  # two quotes
                message = f"the quotes are part of it; write {phrase[1:-1]}"
                yield rules.positions.problem((*path, number), message, value=True)


def one_letter_phrase(rules: Rules, _: Sequence[RuleExample]) -> Iterator[Problem]:
    """A phrase of one letter matches wherever that letter stands alone."""
    for path, phrases in _phrases(rules):
        for number, phrase in enumerate(phrases):
            folded = fold_phrase(phrase).removesuffix("*")
            if len(folded) == 1 and folded.isascii() and folded.isalnum():
                yield rules.positions.problem((*path, number), f"`{phrase}` is a single letter", value=True)


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return script if script in _LOOK_ALIKE else ""


def _phrases(rules: Rules) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for name, phrases in rules.routing.vocabulary.items():
        yield ("vocabulary", name), phrases
    for path, when in all_conditions(rules):
        if when.phrases:
            yield (*path, "phrases"), when.phrases


def _terms(rules: Rules) -> Iterator[tuple[Path, str]]:
    """Phrases and patterns, each with its place."""
    patterns = (((*path, "patterns"), when.patterns or ()) for path, when in all_conditions(rules))
    for path, terms in (*_phrases(rules), *patterns):
        for number, term in enumerate(terms):
            if not named(term):
                yield (*path, number), term


def all_conditions(rules: Rules) -> Iterator[tuple[Path, ConditionsConfig]]:
    def below(path: Path, when: ConditionsConfig) -> Iterator[tuple[Path, ConditionsConfig]]:
        yield path, when
        for key in ("all", "any", "none"):
            for number, member in enumerate(getattr(when, key)):
                yield from below((*path, key, number), member)

    for key in ("routes", "remarks", "guards"):
        for index, entry in enumerate(getattr(rules.routing, key)):
            yield from below((key, index, "when"), entry.when)
