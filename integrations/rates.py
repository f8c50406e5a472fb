"""How much of a limit is left, as the headers of an answer say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

REQUESTS = "requests"
"""The limit that counts every request."""


@dataclass(frozen=True, slots=True)
class Rate:
    total: int
    remaining: int
    resets: float
    """Seconds until all of `total` is there again."""


@dataclass(frozen=True)
class Limited:
    """What a service limits: which limits a request counts against, and what an answer says of them."""

    counts_against: Callable[[str, str], tuple[str, ...]]
    """From method and path to names of limits, the widest first."""
    rates: Callable[[str, Mapping[str, str], float], Mapping[str, Rate]]
    """From the path, the answer's headers and the Unix time to limits by name. Empty when it says nothing."""


def number(text: str | None) -> int | None:
    """A header that is a whole number; None for anything else."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
