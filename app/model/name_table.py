"""Many names, each with its number, in 12 bytes a name: as strings in a dictionary they take 150."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import methodcaller
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
# Python's hash of a string is one of its letters as they lie in memory: the same for "bk" and for "\u6b62".
_stored = methodcaller("encode", "utf-8", "surrogatepass")


class NameTable:
    """The number of a name is its place among them.

    A name is known by the 64 bits of its hash. Once in 10**14 one that is not among them has the hash of one that is.
    """

    def __init__(self, names: Iterable[str], count: int) -> None:
        hashes = _hashes(names, count)
        order = hashes.argsort()
        self._hashes = array("q", hashes[order].tobytes())
        self._numbers = array("i", order.astype(np.int32).tobytes())

    def __reduce__(self) -> NoReturn:
        raise TypeError("the hashes of names hold in this process alone")

    def __len__(self) -> int:
        return len(self._hashes)

    def number(self, name: str) -> int:
        """UNKNOWN: it is not among them."""
        wanted = hash(_stored(name))
        at = bisect_left(self._hashes, wanted)
        return self._numbers[at] if at < len(self) and self._hashes[at] == wanted else UNKNOWN

    def numbers(self, names: Sequence[str]) -> list[int]:
        """Of many at once, in less time."""
        if not len(self):
            return [UNKNOWN] * len(names)
        wanted = _hashes(names, len(names))
        known = np.frombuffer(self._hashes, np.int64)
        at = np.minimum(known.searchsorted(wanted), len(self) - 1)
        found: list[int] = np.where(known[at] == wanted, np.frombuffer(self._numbers, np.int32)[at], UNKNOWN).tolist()
        return found


def _hashes(names: Iterable[str], count: int) -> NDArray[np.int64]:
    """(count,): they hold in this process and in those that are forked from it."""
    return np.fromiter(map(hash, map(_stored, names)), np.int64, count)
