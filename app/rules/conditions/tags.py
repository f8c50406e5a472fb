"""`tags`: what is on the ticket."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many

KIND = plain(
    "tags",
    Many,
    "One of these tags is on the ticket.",
    asks=lambda wanted, scene: not set(wanted).isdisjoint(scene.ticket.tags),
    says=lambda wanted, scene: (
        f"the ticket's tags are {quoted(scene.ticket.tags) or 'none'}, asked for {quoted(wanted)}"
    ),
)
