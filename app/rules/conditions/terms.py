"""The predicate of `phrases` and `patterns`: one of their terms was found in the text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.rules.conditions.context import Context, Hit, Part, TextPiece
from app.rules.conditions.kind import Evidence, Path, Where
from app.rules.re2_patterns import span_of

SHOWN: Final = 80
"""Characters of the ticket's text that a trace shows."""
_PARTS: Final[dict[Where, tuple[Part, ...]]] = {"subject": ("subject",), "body": ("body",), "both": ("subject", "body")}


@dataclass(frozen=True, slots=True)
class Source:
    """A term as it stands in the file."""

    text: str
    path: Path
    list: str = ""
    """That it is of."""


@dataclass(frozen=True, slots=True)
class TermsPredicate:
    """Holds when one of its terms occurs where it is looked for."""

    noun: str
    path: Path
    where: Where
    sources: Mapping[int, Source]
    terms: frozenset[int]
    missed: Evidence
    """Why it did not hold. Every trace asks for it, so it is made once."""

    def holds(self, context: Context) -> bool:
        if self.terms.isdisjoint(context.hits):
            return False
        return self.where == "both" or any(self._hit(context, term) for term in self.terms & context.hits.keys())

    def evidence(self, context: Context, *, held: bool) -> Evidence:
        if held:
            for term, source in self.sources.items():
                hit = self._hit(context, term)
                if hit is not None:
                    listed = f" of ${source.list}" if source.list else ""
                    detail = f"{self.noun} `{source.text}`{listed} in {hit.part}"
                    place = self._place(context, hit, source)
                    text = context.part(hit.part).original[slice(*place)]
                    at = context.place_in_body(*place) if hit.part == "body" else place
                    return Evidence(detail, shorten(text), source.path, TextPiece(hit.part, *at))
        return self.missed

    def _place(self, context: Context, hit: Hit, source: Source) -> tuple[int, int]:
        """Of the piece of the original text."""
        text = context.part(hit.part)
        if hit.span is not None:
            return text.place(*hit.span, folded=True)
        return text.place(*span_of(source.text, text.clean), folded=False)

    def _hit(self, context: Context, term: int) -> Hit | None:
        hits = context.hits.get(term, ())
        return next((hit for part in _PARTS[self.where] for hit in hits if hit.part == part), None)


def look_for(noun: str, path: Path, where: Where, sources: Mapping[int, Source]) -> TermsPredicate:
    """The predicate on terms that have a number."""
    place = "subject or body" if where == "both" else where
    only = next(iter(sources.values())).text if len(sources) == 1 else ""
    missed = f"{noun} `{only}` not in {place}" if only else f"none of {len(sources)} {noun}s in {place}"
    return TermsPredicate(noun, path, where, sources, frozenset(sources), Evidence(missed, path=path))


def shorten(text: str) -> str:
    """The text on one line, at most SHOWN characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
