"""`handle`: which of our accounts was addressed."""

from app.rules.conditions.kind import plain, quoted
from app.rules.schema.strict import Many
from app.rules.team import bare_handle

KIND = plain(
    "handle",
    Many,
    "One of these accounts was addressed: by Zendesk's word, or mentioned in the text.",
    asks=lambda wanted, context: not context.handles.isdisjoint(map(bare_handle, wanted)),
    says=lambda wanted, context: (
        f"addressed {quoted(tuple(sorted(context.handles))[:5]) or 'no account'}, asked for {quoted(wanted)}"
    ),
)
