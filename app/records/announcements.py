"""What is said in the chat: the claim before it is sent, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.statements import delete_some
from app.records.tables import announcements

AnnouncementState = Literal["claimed", "sent", "unknown", "free"]


@dataclass(frozen=True)
class Announcement:
    """`key` begins with its series and a colon. `at`: when it was claimed, ISO-8601."""

    key: str
    kind: str
    state: AnnouncementState
    text: str
    link: str
    at: str


class Announcements:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def claim(self, key: str, *, kind: str, text: str, at: str) -> bool:
        """Keep it as `claimed`: a new key, or one that is `free` again. False: somebody has it."""
        row = {"kind": kind, "state": "claimed", "text": text, "link": "", "at": at}
        free = sa.update(announcements).where(announcements.c.key == key, announcements.c.state == "free")
        try:
            with self._engine.begin() as connection:
                if connection.execute(free.values(**row)).rowcount:
                    return True
                connection.execute(sa.insert(announcements).values(key=key, **row))
        except IntegrityError:
            return False
        return True

    def settle(self, key: str, permalink: str | None) -> None:
        """It is `sent`."""
        self._set(key, state="sent", link=permalink or "")

    def unknown(self, key: str) -> None:
        """It may have been sent, and never will be again."""
        self._set(key, state="unknown")

    def free(self, key: str) -> None:
        """It certainly was not sent: whoever comes next may."""
        self._set(key, state="free")

    def by_key(self, key: str) -> Announcement | None:
        found = self._read(sa.select(announcements).where(announcements.c.key == key))
        return found[0] if found else None

    def latest(self, series: str) -> Announcement | None:
        """The one with the greatest `at` whose key begins with `{series}:`, and which is not `free`."""
        query = (
            sa.select(announcements)
            .where(announcements.c.key.startswith(f"{series}:", autoescape=True), announcements.c.state != "free")
            .order_by(announcements.c.at.desc())
            .limit(1)
        )
        found = self._read(query)
        return found[0] if found else None

    def claimed_before(self, at: str) -> Sequence[Announcement]:
        """Those that are still `claimed`."""
        return self._read(sa.select(announcements).where(announcements.c.state == "claimed", announcements.c.at < at))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count.

        `before` must be longer ago than any series keeps quiet, which is a week.
        """
        return delete_some(self._engine, announcements, announcements.c.at < before, limit=limit)

    def _set(self, key: str, **values: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(announcements).where(announcements.c.key == key).values(**values))

    def _read(self, query: sa.Select[Any]) -> list[Announcement]:
        with self._engine.connect() as connection:
            return [Announcement(**row) for row in connection.execute(query).mappings()]
