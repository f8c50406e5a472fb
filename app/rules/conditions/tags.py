"""`tags`: what is on the ticket."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many

KIND = plain(
    "tags",
    Many,
    "One of these tags is on the ticket.",
    asks=lambda wanted, context: not set(wanted).isdisjoint(context.ticket.tags),
    says=lambda wanted, context: (
        f"the ticket's tags are {quoted(context.ticket.tags) or 'none'}, asked for {quoted(wanted)}"
    ),
)
