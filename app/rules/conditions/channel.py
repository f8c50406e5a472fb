"""`channel`: where the person wrote."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many

KIND = plain(
    "channel",
    Many,
    "The ticket came by one of these channels of routing.yaml (`other`: by none of them).",
    asks=lambda wanted, scene: scene.channel in wanted,
    says=lambda wanted, scene: f"channel is `{scene.channel}`, asked for {quoted(wanted)}",
)
