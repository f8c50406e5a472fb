"""`group`: whose queue the ticket is in."""

from app.rules.conditions.kind import plain, quoted, same
from app.rules.schema.strict import Many

KIND = plain(
    "group",
    Many,
    "The ticket is in one of these Zendesk groups.",
    asks=lambda wanted, context: same(wanted, context.ticket.group),
    says=lambda wanted, context: f"group is `{context.ticket.group or 'none'}`, asked for {quoted(wanted)}",
)
