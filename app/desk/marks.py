"""A text cut into pieces by where something in it is marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.desk.reasons import Span


@dataclass(frozen=True)
class Piece:
    text: str
    mark: str = ""
    """`why`, `also`, or nothing."""


def marked(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The pieces are the whole text, whatever the spans say. Where two overlap, what decided wins."""
    marks = [""] * len(text)
    for span in sorted(spans, key=lambda one: one.kind == "why"):
        start, end = max(0, span.start), min(len(text), span.end)
        marks[start:end] = [span.kind] * max(0, end - start)
    pieces: list[Piece] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or marks[place] != marks[begin]:
            pieces.append(Piece(text[begin:place], marks[begin]))
            begin = place
    return pieces
