"""`phrases`: whole words in this order, in any case, spacing and quotes. `crash*` also fits "crashed"."""

from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from app.rules.conditions.kind import CompileContext, Kind
from app.rules.conditions.terms import Source, TermsPredicate, look_for
from app.rules.folding import clean, fold_phrase
from app.rules.schema.strict import OneOrMore

LIST_SIGN: Final = "$"


def check_phrase(phrase: str) -> str:
    """The phrase itself. Raises ValueError with what to write instead."""
    if phrase.startswith(LIST_SIGN):
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
        if phrase.startswith(LIST_SIGN):
            name = phrase.removeprefix(LIST_SIGN)
            for position, member in enumerate(compiling.lists.get(name, ())):
                sources.setdefault(
                    compiling.terms.phrase(fold_phrase(member)), Source(member, ("vocabulary", name, position))
                )
        else:
            sources.setdefault(compiling.terms.phrase(fold_phrase(phrase)), Source(phrase, (*compiling.path, number)))
    return look_for("phrase", compiling.path, compiling.where, sources)


KIND = Kind(
    "phrases",
    Phrases,
    "One of these occurs: whole words, in any case, spacing and quotes. `crash*` also fits crashed; "
    "`$name` is a list of `vocabulary`.",
    _build,
)
