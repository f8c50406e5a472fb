"""`length`: how many words the body has."""

from typing import Annotated

from pydantic import Field

from app.rules.conditions.context import Context
from app.rules.conditions.kind import plain
from app.rules.schema.strict import Strict

Words = Annotated[int, Field(ge=0, strict=True)]


class LengthConfig(Strict):
    """Counted in the body; handles and links do not count."""

    min_words: Words | None = None
    max_words: Words | None = None


def _asks(wanted: LengthConfig, context: Context) -> bool:
    return (wanted.min_words is None or context.words >= wanted.min_words) and (
        wanted.max_words is None or context.words <= wanted.max_words
    )


def _says(wanted: LengthConfig, context: Context) -> str:
    bounds = [f"at least {wanted.min_words}"] * (wanted.min_words is not None)
    bounds += [f"at most {wanted.max_words}"] * (wanted.max_words is not None)
    return f"{context.words} words, asked for {' and '.join(bounds) or 'any number'}"


def _narrower(narrow: LengthConfig, wide: LengthConfig) -> bool:
    return (wide.min_words or 0) <= (narrow.min_words or 0) and (
        wide.max_words is None or (narrow.max_words is not None and narrow.max_words <= wide.max_words)
    )


KIND = plain("length", LengthConfig, "How many words the body has.", asks=_asks, says=_says, narrower=_narrower)
