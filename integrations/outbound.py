"""What stands around every call to another service: may it be made, and what became of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass
class Call:
    """To be filled from the answer while the context lasts."""

    status: int | None = None
    """None: there is no answer, or it does not come to its end."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbound(Protocol):
    def call(self, service: str, method: str, path: str = "") -> AbstractContextManager[Call]:
        """Around one call and the reading of its answer. Raises NotSent on entry: then nothing is sent.

        An error that leaves the context means that there was no answer.
        """


class Unguarded:
    """All calls may be made."""

    @contextmanager
    def call(self, service: str, method: str, path: str = "") -> Iterator[Call]:  # noqa: ARG002  # as the protocol says
        yield Call()


UNGUARDED = Unguarded()
