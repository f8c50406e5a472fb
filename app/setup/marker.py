"""Whose an object is: a sentence in its description, which users hardly see.

It is part of the request that creates the object. So a crash between creating and recording loses nothing.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

_SENTENCE: Final = "Managed by Pointsman (key {key}, id {instance}). Change routing.yaml, not this."
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
        return _SENTENCE.format(key=self.key, instance=self.instance)

    @classmethod
    def in_text(cls, description: object) -> Self | None:
        found = _WRITTEN.search(description) if isinstance(description, str) else None
        return cls(found["key"], found["instance"]) if found else None
