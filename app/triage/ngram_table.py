"""ELD's table of letter groups in 2 MB: as the dictionaries that it comes as, it takes 34 MB.

A group of up to seven bytes is one number, its length the last of its eight bytes, so that groups are found by halves.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate, chain

import numpy as np

LONGEST = 7
REMEMBERED = 1024
"""Groups that were asked for lately, as dictionaries. ELD asks for each three times."""
_LENGTHS = [bytes([length]) for length in range(LONGEST + 1)]


class NgramTable:
    """Takes the place of ELD's `{group: {language: frequency}}`: for any thread, and only for looking things up."""

    def __init__(self, groups: Mapping[bytes, Mapping[int, int]]) -> None:
        """Raises ValueError for a group that is too long, OverflowError for a number that is too large."""
        numbers = np.frombuffer(b"".join(map(_stored, groups)), dtype=">u8")
        order = numbers.argsort()
        self._numbers = array("Q", numbers[order].astype("=u8").tobytes())
        self._places = array("I", order.astype("=u4").tobytes())
        self._starts = array("I", accumulate(map(len, groups.values()), initial=0))
        self._languages = array("B", chain.from_iterable(groups.values()))
        self._frequencies = array("H", chain.from_iterable(shares.values() for shares in groups.values()))
        self._of = lru_cache(maxsize=REMEMBERED)(self._found)

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, group: bytes) -> bool:
        return bool(self._of(group))

    def __getitem__(self, group: bytes) -> dict[int, int]:
        if found := self._of(group):
            return found
        raise KeyError(group)

    def _found(self, group: bytes) -> dict[int, int]:
        """Empty where it is not known."""
        if len(group) > LONGEST:
            return {}
        number = int.from_bytes(_stored(group), "big")
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            return {}
        place = self._places[at]
        start, end = self._starts[place], self._starts[place + 1]
        return dict(zip(self._languages[start:end], self._frequencies[start:end], strict=True))


def _stored(group: bytes) -> bytes:
    if len(group) > LONGEST:
        raise ValueError(f"a group of {len(group)} bytes")
    return group.ljust(LONGEST, b"\0") + _LENGTHS[len(group)]
