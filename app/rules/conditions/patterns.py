"""`patterns`: one of these RE2 patterns fits. Case is ignored; line breaks are kept, so `(?m)^` works."""

from typing import Annotated

from app.rules.conditions.kind import CompileContext, Kind, is_subset
from app.rules.conditions.terms import Source, TermsPredicate, look_for
from app.rules.re2_patterns import Pattern
from app.rules.schema.strict import OneOrMore

Patterns = Annotated[tuple[Pattern, ...], OneOrMore]


def _build(value: tuple[str, ...], compiling: CompileContext) -> TermsPredicate:
    sources: dict[int, Source] = {}
    for number, pattern in enumerate(value):
        sources.setdefault(compiling.terms.pattern(pattern), Source(pattern, (*compiling.path, number)))
    return look_for("pattern", compiling.path, compiling.where, sources)


KIND = Kind(
    "patterns",
    Patterns,
    "One of these RE2 patterns fits somewhere. Case is ignored; `(?-i)` heeds it.",
    _build,
    is_subset,
)
