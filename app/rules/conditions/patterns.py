"""`patterns`: one of these RE2 patterns fits. Case is ignored; line breaks are kept, so `(?m)^` works."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from app.rules.conditions.kind import CompileContext, Kind, is_subset
from app.rules.conditions.terms import Source, TermsPredicate, look_for
from app.rules.re2_patterns import check_pattern
from app.rules.schema.strict import OneOrMore
from app.rules.shipped_lists import named, pattern_lists


def _check(pattern: str) -> str:
    return pattern if named(pattern) else check_pattern(pattern)


PatternOrList = Annotated[str, StringConstraints(min_length=1), AfterValidator(_check)]
Patterns = Annotated[tuple[PatternOrList, ...], OneOrMore]


def _build(value: tuple[str, ...], compiling: CompileContext) -> TermsPredicate:
    sources: dict[int, Source] = {}
    for number, pattern in enumerate(value):
        name = named(pattern)
        for member in pattern_lists()[name].terms if name else (pattern,):
            sources.setdefault(compiling.terms.pattern(member), Source(member, (*compiling.path, number), name))
    return look_for("pattern", compiling.path, compiling.where, sources)


KIND = Kind(
    "patterns",
    Patterns,
    "One of these RE2 patterns fits somewhere. Case is ignored; `(?-i)` heeds it; `$name` is a list that comes "
    "with Pointsman (`pointsman lists`).",
    _build,
    is_subset,
)
