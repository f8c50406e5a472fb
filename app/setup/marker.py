"""Whose an object is: a sentence in its description, which users hardly see.

It is part of the request that creates the object. So a crash between creating and recording loses nothing.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

_SENTENCE: Final = "Managed by Pointsman (key {key}, id {instance})."
_ADVICE: Final = " Change routing.yaml, not this."
LONGEST: Final = 199
"""Nobody documents how long a description may be."""
_WRITTEN: Final = re.compile(
    r"Managed by Pointsman \(key (?P<key>[a-z_]{1,40}/[a-z0-9_./-]{1,200}), id (?P<instance>[a-z0-9-]{1,20})\)"
)


@dataclass(frozen=True)
class Marker:
    key: str
    """`kind/name`."""
    instance: str
    """`setup.instance` of the service that made it."""

    def __str__(self) -> str:
        sentence = _SENTENCE.format(key=self.key, instance=self.instance)
        return sentence + _ADVICE if len(sentence + _ADVICE) <= LONGEST else sentence

    def added_to(self, description: object) -> str:
        """A description that bears it, and says else what it said."""
        if self.in_text(description) == self:
            return str(description)
        there = description.strip() if isinstance(description, str) else ""
        return f"{there}\n{self}".strip()

    @classmethod
    def in_text(cls, description: object) -> Self | None:
        found = _WRITTEN.search(description) if isinstance(description, str) else None
        return cls(found["key"], found["instance"]) if found else None
