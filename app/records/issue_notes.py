"""The one note of ours on an issue that says who reported it: which note it is, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.records.statements import insert_or_update
from app.records.tables import issue_notes


@dataclass(frozen=True)
class OurNote:
    note_id: int | None
    """None while it is being written for the first time."""
    said: str
    """Without a `note_id` the time (ISO-8601) of the last try to write it."""


class IssueNotes:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, project_id: int, iid: int) -> OurNote | None:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(issue_notes).where(*_issue(project_id, iid))).mappings().first()
        return OurNote(row["note_id"], row["said"]) if row else None

    def save(self, project_id: int, iid: int, note: OurNote) -> None:
        key = {"project_id": project_id, "iid": iid}
        insert_or_update(self._engine, issue_notes, key, {"note_id": note.note_id, "said": note.said})


def _issue(project_id: int, iid: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return issue_notes.c.project_id == project_id, issue_notes.c.iid == iid
