"""Searches a text once for the phrases and patterns of all routes."""

from collections.abc import Mapping
from typing import Final

from ahocorasick_rs import AhoCorasick

from app.rules.conditions.context import Hit, Part
from app.rules.folding import is_inside_a_word, may_go_on
from app.rules.re2_patterns import PatternSet

_PREFIX_SIGN: Final = "*"


class TextSearch:
    """Finds numbered terms: phrases by one automaton, patterns by one set."""

    def __init__(self, phrases: Mapping[str, int], patterns: Mapping[str, int]) -> None:
        words: dict[str, list[tuple[int, bool]]] = {}
        for phrase, term in phrases.items():
            open_end = phrase.endswith(_PREFIX_SIGN)
            words.setdefault(phrase.removesuffix(_PREFIX_SIGN), []).append((term, open_end))
        self._meant = tuple(tuple(meant) for meant in words.values())
        self._automaton = AhoCorasick(list(words)) if words else None
        self._patterns = PatternSet(list(patterns))
        self._pattern_terms = tuple(patterns.values())

    def into(self, hits: dict[int, list[Hit]], part: Part, folded: str, clean: str) -> None:
        if self._automaton is not None:
            seen: set[int] = set()
            for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
                if start and is_inside_a_word(folded[start - 1], folded[start]):
                    continue
                last = folded[end - 1]
                whole = end == len(folded) or may_go_on(last) or not is_inside_a_word(last, folded[end])
                for term, open_end in self._meant[number]:
                    if (whole or open_end) and term not in seen:
                        seen.add(term)
                        hits.setdefault(term, []).append(Hit(part, (start, end)))
        for number in self._patterns.indexes(clean):
            hits.setdefault(self._pattern_terms[number], []).append(Hit(part, None))


class Terms:
    """Numbers the phrases and patterns of a file, each once, however many routes use it."""

    def __init__(self) -> None:
        self._phrases: dict[str, int] = {}
        self._patterns: dict[str, int] = {}
        self._count = 0

    def phrase(self, folded: str) -> int:
        return self._number(self._phrases, folded)

    def pattern(self, pattern: str) -> int:
        return self._number(self._patterns, pattern)

    def search(self) -> TextSearch:
        return TextSearch(self._phrases, self._patterns)

    def _number(self, table: dict[str, int], text: str) -> int:
        if text not in table:
            table[text] = self._count
            self._count += 1
        return table[text]
