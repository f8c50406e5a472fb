"""Secrets in tables: in a column whose heading names them, or beside their name. Markdown, CSV, pasted cells."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.redaction.finders.secret_names import is_secret, kind_of
from app.redaction.kinds import Span
from app.word_lists import words

_SEPARATORS: Final = ("|", "\t", ";", ",")
_LINE = re.compile(r"[^\n]+")
_MARKS = " \t\r>*`\"'"
_RULE = re.compile(r"[\s|:>+-]+")
_USERS: Final = words("user username login account name email e-mail mail benutzer usuario utilisateur id")
LONGEST_HEADING: Final = 200
LONGEST_ROW: Final = 2000


class _Cell(NamedTuple):
    start: int
    text: str


def tables(text: str) -> Iterator[Span]:
    for separator in _SEPARATORS:
        if separator in text:
            yield from _in_rows(text, separator)


def _in_rows(text: str, separator: str) -> Iterator[Span]:
    columns: dict[int, str] = {}
    count = 0
    is_sure = False
    for line in _LINE.finditer(text):
        if line[0].strip() and _RULE.fullmatch(line[0]):
            continue  # also one without the separator, as databases print them: +----+
        if separator not in line[0] or len(line[0]) > LONGEST_ROW:
            columns = {}
            continue
        cells = _cells(line, separator)
        if columns and len(cells) == count:
            yield from _in_columns(cells, columns, doubtful=not is_sure)
            continue
        count = len(cells)
        is_heading = len(line[0]) <= LONGEST_HEADING
        columns = {n: kind for n, cell in enumerate(cells) if (kind := kind_of(cell.text))} if is_heading else {}
        is_sure = any(words(cell.text.lower()) & _USERS for cell in cells if len(cell.text.split()) <= 2)
        if separator == "|":
            yield from _beside_name(cells, columns)
        if separator != "|" and not is_sure:
            columns = {}


def _in_columns(cells: list[_Cell], columns: dict[int, str], *, doubtful: bool) -> Iterator[Span]:
    for column, kind in columns.items():
        cell = cells[column]
        if " " not in cell.text and is_secret(kind, cell.text, doubtful=doubtful):
            yield Span(cell.start, cell.start + len(cell.text), kind)


def _beside_name(cells: list[_Cell], columns: dict[int, str]) -> Iterator[Span]:
    for column, kind in columns.items():
        if column + 1 < len(cells):
            yield from _in_columns(cells, {column + 1: kind}, doubtful=True)


def _cells(line: re.Match[str], separator: str) -> list[_Cell]:
    cells: list[_Cell] = []
    at = line.start()
    for piece in line[0].split(separator):
        inner = piece.strip(_MARKS)
        cells.append(_Cell(at + len(piece) - len(piece.lstrip(_MARKS)), inner))
        at += len(piece) + len(separator)
    return cells
