"""The lines of a text that know where they stand: of a text with lines left out one can still say where a piece was."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Self


class Line(str):
    """As any text, and where it begins in the text that it was taken from."""

    __slots__ = ("start",)

    start: int

    def __new__(cls, text: str, start: int) -> Self:
        made = super().__new__(cls, text)
        made.start = start
        return made


def lines_of(text: str, most: int) -> list[Line]:
    """The first so many, without the blanks around the whole."""
    place = len(text) - len(text.lstrip())
    lines = []
    for line in text.strip().splitlines(keepends=True)[:most]:
        lines.append(Line(line.splitlines()[0], place))
        place += len(line)
    return lines


def without_blanks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Joined they are what `strip` leaves of the lines joined."""
    full = [number for number, line in enumerate(lines) if line.strip()]
    if not full:
        return ()
    kept = list(lines[full[0] : full[-1] + 1])
    kept[-1] = Line(kept[-1].rstrip(), kept[-1].start)
    first = kept[0]
    kept[0] = Line(first.lstrip(), first.start + len(first) - len(first.lstrip()))
    return tuple(kept)


def place_in_whole(lines: Sequence[Line], start: int, end: int) -> tuple[int, int]:
    """Where a piece of the joined lines stands in the text that they were taken from."""
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line) + 1)

    def place(position: int) -> int:
        number = min(bisect_right(begins, position), len(lines)) - 1
        return lines[number].start + position - begins[number]

    if not lines:
        return 0, 0
    return place(start), place(max(start, end - 1)) + min(1, end - start)
