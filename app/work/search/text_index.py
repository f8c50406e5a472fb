"""Sections of the documentation and answered tickets in memory, found within one collection."""

from dataclasses import dataclass

from app.records.searched_texts import SearchedText, SearchedTexts, group_of
from app.work.search.live_index import LiveIndex

MOST = 10


@dataclass(frozen=True, slots=True)
class FoundText:
    row: SearchedText
    score: float
    """0 to 1."""


class TextIndex(LiveIndex[SearchedText]):
    _rows: SearchedTexts

    def search(self, subject: str, body: str, collection: str) -> list[FoundText]:
        """The nearest of the collection first, as of the last look: what is two seconds old need not be found.

        What was deleted meanwhile, or is of another collection, is left out.
        """
        body, vector = self._asked(subject, body)
        found = self._index.search(subject, body, vector=vector, group=group_of(collection), k=MOST)
        rows = self._rows.of(collection, [one.key.number for one in found])
        return [FoundText(rows[one.key.number], one.score) for one in found if one.key.number in rows]

    def update(self) -> None:
        super().update()
        if self._rows.count() != len(self):
            for key in self._known.keys() - self._rows.keys():
                self.forget(*key)
