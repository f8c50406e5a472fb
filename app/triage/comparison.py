"""What a ticket's treatment by two versions of the rules differs in, in words. Pure."""

from dataclasses import dataclass
from typing import Final

from app.triage.explanation import Explanation, RouteOut

_SAID: Final = {
    "archetype": "archetype",
    "confidence": "confidence",
    "decided_by": "decided by",
    "mode": "mode",
    "channel": "channel",
}


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    before: str
    after: str


def differences(before: Explanation, after: Explanation) -> tuple[Difference, ...]:
    """The verdict's parts, then what would be done otherwise, then routes that hold on one side only."""
    found = [
        Difference(said, _word(getattr(before, name)), _word(getattr(after, name)))
        for name, said in _SAID.items()
        if getattr(before, name) != getattr(after, name)
    ]
    found += [Difference("action", one, "") for one in before.would if one not in after.would]
    found += [Difference("action", "", one) for one in after.would if one not in before.would]
    then, now = _holding(before), _holding(after)
    found += [
        Difference(f"rule {name}", then.get(name, "does not hold"), now.get(name, "does not hold"))
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]
    return tuple(found)


def _word(value: object) -> str:
    return "needs triage" if value is None else str(value)


def _holding(said: Explanation) -> dict[str, str]:
    """Routes by name, with what they say."""
    held: list[RouteOut] = [*([said.why_this] if said.why_this else []), *said.shadows]
    return {one.route: f"holds: {one.archetype}" for one in held}
