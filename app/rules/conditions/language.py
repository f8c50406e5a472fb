"""`language`: what the language step found. Undecided is no language at all, so it fits nothing."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many

KIND = plain(
    "language",
    Many,
    "The text is in one of these languages (ISO 639-1). Not for routes `before: language`.",
    asks=lambda wanted, context: context.facts.language in wanted,
    says=lambda wanted, context: f"language is `{context.facts.language or 'undecided'}`, asked for {quoted(wanted)}",
)
