"""What an address of the desk, or a form, may say: what is empty is not there, and what no page can show is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

# Without a script, a form sends its empty fields too.
NONE_IF_EMPTY: Final = BeforeValidator(lambda value: value or None)
LARGEST: Final = 2**63 - 2
# Bounds stand inside of the union: they cannot be applied to None.
Number = Annotated[Annotated[int, Field(ge=1, le=LARGEST)] | None, NONE_IF_EMPTY]
# Of dates near the first and the last one that there is, no page can reckon the days around.
Day = Annotated[Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))] | None, NONE_IF_EMPTY]

Model = TypeVar("Model", bound=BaseModel)


def read_form(model: type[Model], form: Mapping[str, str]) -> Model:
    """What does not fit is refused as in an address."""
    try:
        return model.model_validate(form)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def digits(value: str, *, most: int) -> int | None:
    """A number that a form sends; None: it is none, or above `most`."""
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(most))
    return int(value) if is_number and int(value) <= most else None
