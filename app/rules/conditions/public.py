"""`public`: could a stranger read it where it was written?"""

from app.rules.conditions.kind import plain
from app.rules.schema.strict import Flag

KIND = plain(
    "public",
    Flag,
    "Whether a stranger could read it where it was written.",
    asks=lambda wanted, context: context.public is wanted,
    says=lambda _, context: "it was written in public" if context.public else "it was written in private",
)
