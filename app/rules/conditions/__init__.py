"""The registry of condition kinds: a new one is a file with a `KIND`, and one line here."""

from typing import Final

from app.rules.conditions import (
    brand,
    channel,
    custom_field,
    event,
    group,
    handle,
    language,
    length,
    organization,
    patterns,
    phrases,
    public,
    requester,
    tags,
    time_of_day,
)
from app.rules.conditions.kind import Kind

KINDS: Final[tuple[Kind, ...]] = (
    phrases.KIND,
    patterns.KIND,
    channel.KIND,
    public.KIND,
    language.KIND,
    requester.KIND,
    organization.KIND,
    tags.KIND,
    group.KIND,
    brand.KIND,
    custom_field.KIND,
    handle.KIND,
    event.KIND,
    length.KIND,
    time_of_day.KIND,
)
