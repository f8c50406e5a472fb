"""`event`: what made us look at the ticket."""

from typing import Annotated

from pydantic import BeforeValidator

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import listed
from app.ticket import Event

KIND = plain(
    "event",
    Annotated[tuple[Event, ...], BeforeValidator(listed, json_schema_input_type=Event | list[Event])],
    "What happened: `created`, `comment` (the requester wrote again; only routes that name it are asked then), "
    "`corrected` (a person changed the archetype's tag), `updated` (anything else).",
    asks=lambda wanted, context: context.ticket.event in wanted,
    says=lambda wanted, context: f"event is `{context.ticket.event}`, asked for {quoted(wanted)}",
)
