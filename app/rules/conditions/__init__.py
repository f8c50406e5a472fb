"""The registry of condition kinds. A new kind is a file with a `KIND` and one line in KINDS, or a row in `simple`."""

from typing import Final

from app.rules.conditions import custom_field, length, organization, patterns, phrases, requester, simple, time_of_day
from app.rules.conditions.kind import Kind

KINDS: Final[tuple[Kind, ...]] = (
    phrases.KIND,
    patterns.KIND,
    *simple.KINDS,
    requester.KIND,
    organization.KIND,
    custom_field.KIND,
    length.KIND,
    time_of_day.KIND,
)
