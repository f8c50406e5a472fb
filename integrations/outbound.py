"""The guard around every call to another service: it may refuse the call, and sees the answer."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass
class Call:
    """The caller fills it from the answer while the context lasts."""

    status: int | None = None
    """None: there is no answer, or it never ends."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbound(Protocol):
    def call(self, service: str, method: str, path: str = "") -> AbstractContextManager[Call]:
        """Around one call and the reading of its answer. Raises NotSent on entry: then nothing is sent.

        An error that leaves the context means that there was no answer.
        """


class Unguarded:
    """Lets every call through."""

    @contextmanager
    def call(self, service: str, method: str, path: str = "") -> Iterator[Call]:  # noqa: ARG002  # as the protocol says
        yield Call()


UNGUARDED = Unguarded()
