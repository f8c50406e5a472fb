"""Texts that are searched beside the issues, in collections: only what is in one collection is compared."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.records.tables import searched_texts
from app.records.text_table import WRITTEN_AT_ONCE, TextTable

DOCUMENTATION = "documentation"
TICKETS = "tickets:"
"""What collections of answered tickets begin with."""


@dataclass(frozen=True)
class SearchedText:
    collection: str
    number: int
    """Of a ticket its id; of a section it is made from its address."""
    title: str
    description: str
    url: str
    updated_at: str
    seen_at: str
    answer: str = ""
    vector: bytes | None = None
    vector_of: str = ""

    @property
    def key(self) -> tuple[int, int]:
        return group_of(self.collection), self.number


def group_of(collection: str) -> int:
    """The index knows groups by number. Two may share one: what is found is looked up by its collection."""
    return zlib.crc32(collection.encode())


class SearchedTexts(TextTable[SearchedText]):
    table = searched_texts
    row = SearchedText
    embedded_first = (searched_texts.c.updated_at.desc(),)

    @staticmethod
    def group(first: Any) -> int:
        return group_of(str(first))

    def of(self, collection: str, numbers: Sequence[int]) -> dict[int, SearchedText]:
        """By number; those that are there."""
        if not numbers:
            return {}
        query = _all_of(collection).where(searched_texts.c.number.in_(numbers))
        return {one.number: one for one in self._read(SearchedText, query)}

    def replace(self, collection: str, rows: Sequence[SearchedText]) -> None:
        """The collection has these rows, and no others. What did not change is left alone, with its vector."""
        known = {one.number: one for one in self._read(SearchedText, _all_of(collection))}
        self.save([row for row in rows if not _same(row, known.pop(row.number, None))])
        gone = sorted(known)
        for start in range(0, len(gone), WRITTEN_AT_ONCE):
            some = gone[start : start + WRITTEN_AT_ONCE]
            these = (searched_texts.c.collection == collection, searched_texts.c.number.in_(some))
            self._change(sa.delete(searched_texts).where(*these))

    def forget_ticket(self, ticket_id: int) -> None:
        this = (_OF_TICKETS, searched_texts.c.number == ticket_id)
        if self._count(searched_texts, *this):  # mostly there is none, and a look costs less than a write
            self._change(sa.delete(searched_texts).where(*this))

    def prune_tickets(self, before: str, *, limit: int) -> int:
        """Drop up to `limit` tickets that were written before that."""
        old = sa.and_(_OF_TICKETS, searched_texts.c.updated_at < before)
        some = sa.select(searched_texts.c.collection, searched_texts.c.number).where(old).limit(limit)
        place = sa.tuple_(searched_texts.c.collection, searched_texts.c.number)
        return self._change(sa.delete(searched_texts).where(place.in_(some)))

    def keys(self) -> set[tuple[int, int]]:
        """Of all that can be found."""
        query = sa.select(searched_texts.c.collection, searched_texts.c.number)
        return {(group_of(row["collection"]), row["number"]) for row in self._rows(query)}


_OF_TICKETS = searched_texts.c.collection.startswith(TICKETS, autoescape=True)


def _all_of(collection: str) -> sa.Select[Any]:
    return sa.select(searched_texts).where(searched_texts.c.collection == collection)


def _same(row: SearchedText, known: SearchedText | None) -> bool:
    return known is not None and (row.title, row.description, row.url) == (known.title, known.description, known.url)
