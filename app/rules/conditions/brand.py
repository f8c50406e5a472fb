"""`brand`: under which of our names the person wrote."""

from app.rules.conditions.kind import plain, quoted, same
from app.rules.schema.strict import Many

KIND = plain(
    "brand",
    Many,
    "The ticket belongs to one of these Zendesk brands.",
    asks=lambda wanted, context: same(wanted, context.ticket.brand),
    says=lambda wanted, context: f"brand is `{context.ticket.brand or 'none'}`, asked for {quoted(wanted)}",
)
