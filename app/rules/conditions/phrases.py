"""`phrases`: whole words in this order, in any case, spacing and quotes. `crash*` also fits "crashed"."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from app.rules.conditions.kind import CompileContext, Kind, Path
from app.rules.conditions.terms import Source, TermsPredicate, look_for
from app.rules.folding import clean, fold_phrase
from app.rules.schema.strict import OneOrMore
from app.rules.shipped_lists import named, phrase_lists


def check_phrase(phrase: str) -> str:
    """The phrase itself. Raises ValueError with what to write instead."""
    if named(phrase):
        return phrase
    if not fold_phrase(phrase).strip("* "):
        raise ValueError("nothing is left of it but spaces and stars")
    written = clean(phrase).strip()
    if "*" in written.removesuffix("*") or written.endswith(" *"):
        raise ValueError("`*` stands only at the very end, after the beginning of a word; use `patterns` for more")
    return phrase


Phrase = Annotated[str, StringConstraints(min_length=1), AfterValidator(check_phrase)]
Phrases = Annotated[tuple[Phrase, ...], OneOrMore]


def _build(value: tuple[str, ...], compiling: CompileContext) -> TermsPredicate:
    sources: dict[int, Source] = {}
    for number, phrase in enumerate(value):
        here = (*compiling.path, number)
        for source in _members(name, here, compiling) if (name := named(phrase)) else [Source(phrase, here)]:
            sources.setdefault(compiling.terms.phrase(fold_phrase(source.text)), source)
    return look_for("phrase", compiling.path, compiling.where, sources)


def _members(name: str, here: Path, compiling: CompileContext) -> list[Source]:
    """One of our lists has no place in the file but where it is named."""
    if name in compiling.lists:
        listed = enumerate(compiling.lists[name])
        return [Source(member, ("vocabulary", name, position), name) for position, member in listed]
    return [Source(member, here, name) for member in phrase_lists()[name].terms]


KIND = Kind(
    "phrases",
    Phrases,
    "One of these occurs: whole words, in any case, spacing and quotes. `crash*` also fits crashed; "
    "`$name` is a list of `vocabulary`, or one that comes with Pointsman (`pointsman lists`).",
    _build,
)
