"""What is said in the chat: the claim before it is sent, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.database import TableAccess, begin_locked
from app.records.failures import Failure, Failures
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


class Announcements(TableAccess):
    def claim(self, key: str, *, kind: str, text: str, at: str) -> bool:
        """Keep it as `claimed`: a new key, or one that is `free` again. False: somebody has it."""
        row = {"kind": kind, "state": "claimed", "text": text, "link": "", "at": at}
        free = sa.update(announcements).where(announcements.c.key == key, announcements.c.state == "free")
        try:
            with begin_locked(self._engine) as connection:
                if connection.execute(free.values(**row)).rowcount:
                    return True
                connection.execute(sa.insert(announcements).values(key=key, **row))
        except IntegrityError:
            return False
        return True

    def settle(self, key: str, permalink: str | None) -> None:
        """It is `sent`."""
        self._change(_set(key, state="sent", link=permalink or ""))

    def unknown(self, key: str, failure: Failure) -> None:
        """It may have been sent, and never will be again. People see the failure, even if we are killed now."""
        with begin_locked(self._engine) as connection:
            connection.execute(_set(key, state="unknown"))
            Failures.add_within(connection, failure)

    def free(self, key: str) -> None:
        """It certainly was not sent: whoever comes next may."""
        self._change(_set(key, state="free"))

    def forget_text(self, series: str) -> None:
        """Of messages that were sent, or may have been."""
        sent = (announcements.c.key.startswith(f"{series}:", autoescape=True), announcements.c.state != "free")
        self._change(sa.update(announcements).where(*sent).values(text=""))

    def by_key(self, key: str) -> Announcement | None:
        return self._first(Announcement, sa.select(announcements).where(announcements.c.key == key))

    def latest(self, series: str) -> Announcement | None:
        """The one with the greatest `at` whose key begins with `{series}:`, and which is not `free`."""
        in_series = announcements.c.key.startswith(f"{series}:", autoescape=True)
        query = sa.select(announcements).where(in_series, announcements.c.state != "free")
        return self._first(Announcement, query.order_by(announcements.c.at.desc()))

    def claimed_before(self, at: str, *, but: str) -> Sequence[Announcement]:
        """Those that are still `claimed`, without the kind `but`."""
        still = (announcements.c.state == "claimed", announcements.c.kind != but, announcements.c.at < at)
        return self._read(Announcement, sa.select(announcements).where(*still))

    def prune(self, before: str, *, limit: int) -> int:
        """Delete up to `limit` older rows; returns the count.

        `before` must be longer ago than any series keeps quiet, which is a week.
        """
        return self._delete_some(announcements, announcements.c.at < before, limit=limit)


def _set(key: str, **values: str) -> sa.Update:
    return sa.update(announcements).where(announcements.c.key == key).values(**values)
