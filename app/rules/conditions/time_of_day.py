"""`time_of_day`: when in the week it was written."""

from datetime import time
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from app.rules.conditions.context import Context
from app.rules.conditions.kind import plain
from app.rules.schema.strict import Strict, listed

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAYS: Final[tuple[Weekday, ...]] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not a time zone of the IANA list, such as `Europe/Belgrade` or `UTC`") from error
    return name


class TimeOfDayConfig(Strict):
    """A part of the week. `from` later than `until` reaches over midnight."""

    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(description="IANA name.")
    from_: str | None = Field(default=None, alias="from", pattern=_CLOCK, description="HH:MM, included.")
    until: str | None = Field(default=None, pattern=_CLOCK, description="HH:MM, not included.")
    weekdays: Annotated[
        tuple[Weekday, ...], BeforeValidator(listed, json_schema_input_type=Weekday | list[Weekday])
    ] = Field(default=(), description="Empty: every day.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.from_ is None and self.until is None and not self.weekdays:
            raise ValueError("give at least one of `from`, `until` and `weekdays`")
        return self


def _asks(wanted: TimeOfDayConfig, context: Context) -> bool:
    local = context.moment.astimezone(ZoneInfo(wanted.timezone))
    start, end = time.fromisoformat(wanted.from_ or "00:00"), time.fromisoformat(wanted.until or "00:00")
    clock = local.time()
    if wanted.until is None or start < end:
        within = clock >= start and (wanted.until is None or clock < end)
    else:
        within = clock >= start or clock < end
    return within and (not wanted.weekdays or _DAYS[local.weekday()] in wanted.weekdays)


def _says(wanted: TimeOfDayConfig, context: Context) -> str:
    local = context.moment.astimezone(ZoneInfo(wanted.timezone))
    span = f"{wanted.from_ or '00:00'} to {wanted.until or '24:00'}" + (
        f" on {', '.join(wanted.weekdays)}" if wanted.weekdays else ""
    )
    return f"it was {_DAYS[local.weekday()]} {local:%H:%M} in {wanted.timezone}, asked for {span}"


KIND = plain("time_of_day", TimeOfDayConfig, "When it was written.", asks=_asks, says=_says)
