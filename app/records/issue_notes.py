"""The one note of ours on an issue that says who reported it: which note it is, and what it says."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.database import TableAccess
from app.records.tables import issue_notes


@dataclass(frozen=True)
class OurNote:
    note_id: int | None
    """None while it is being written for the first time."""
    said: str
    """Without a `note_id` the time (ISO-8601) of the last try to write it."""


class IssueNotes(TableAccess):
    def of(self, project_id: int, iid: int) -> OurNote | None:
        here = issue_notes.c
        query = sa.select(issue_notes).where(here.project_id == project_id, here.iid == iid)
        return self._first(OurNote, query)

    def save(self, project_id: int, iid: int, note: OurNote) -> None:
        key = {"project_id": project_id, "iid": iid}
        self._insert_or_update(issue_notes, key, {"note_id": note.note_id, "said": note.said})
