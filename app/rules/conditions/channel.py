"""`channel`: where the person wrote."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many

KIND = plain(
    "channel",
    Many,
    "The ticket came by one of these channels of routing.yaml (`other`: by none of them).",
    asks=lambda wanted, context: context.channel in wanted,
    says=lambda wanted, context: f"channel is `{context.channel}`, asked for {quoted(wanted)}",
)
