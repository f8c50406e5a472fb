"""What people wrote elsewhere: one row for one post, however often and on whatever way it comes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.records.database import TableAccess, as_dataclass
from app.records.tables import mention_addresses, mentions

MentionState = Literal["waiting", "sending", "created", "left_out", "gone"]


@dataclass(frozen=True)
class NewMention:
    source: str
    native_id: str
    url: str
    address: str
    """The canonical one, by which other sources' mentions of the same post are known; empty: by its id alone."""
    thread: str
    mention: Mapping[str, Any]
    left_out: str = ""
    """Why it becomes no ticket."""


@dataclass(frozen=True)
class StoredMention:
    id: int
    source: str
    native_id: str
    state: MentionState
    why: str
    ticket_id: int | None
    url: str
    thread: str
    mention: Mapping[str, Any]
    seen_at: str
    edited_at: str | None


class Mentions(TableAccess):
    def take(self, given: NewMention, *, now: str) -> StoredMention:
        """The mention, new or known. Of two that come at once, one is first, and the other is known."""
        try:
            return self._take(given, now)
        except IntegrityError:
            return self._take(given, now)

    def _take(self, given: NewMention, now: str) -> StoredMention:
        with self._engine.begin() as connection:
            known = self._known(connection, given)
            if known is None:
                values = {
                    "source": given.source,
                    "native_id": given.native_id,
                    "state": "left_out" if given.left_out else "waiting",
                    "why": given.left_out,
                    "url": given.url,
                    "thread": given.thread,
                    "mention": dict(given.mention),
                    "seen_at": now,
                }
                known = connection.execute(sa.insert(mentions).values(**values).returning(mentions.c.id)).scalar_one()
                if given.address:
                    claim = {"digest": _digest(given.address), "mention_id": known}
                    connection.execute(sa.insert(mention_addresses).values(**claim))
            row = connection.execute(sa.select(mentions).where(mentions.c.id == known)).mappings().one()
        return as_dataclass(StoredMention, row)

    @staticmethod
    def _known(connection: sa.Connection, given: NewMention) -> int | None:
        by_id = sa.select(mentions.c.id).where(
            mentions.c.source == given.source, mentions.c.native_id == given.native_id
        )
        by_address = sa.select(mention_addresses.c.mention_id).where(
            mention_addresses.c.digest == _digest(given.address)
        )
        found = connection.execute(by_id).scalar()
        if found is None and given.address:
            found = connection.execute(by_address).scalar()
        return None if found is None else int(found)

    def by_id(self, mention_id: int) -> StoredMention | None:
        return self._first(StoredMention, sa.select(mentions).where(mentions.c.id == mention_id))

    def of_ticket(self, ticket_id: int) -> StoredMention | None:
        return self._first(StoredMention, sa.select(mentions).where(mentions.c.ticket_id == ticket_id))

    def newest(self, *, limit: int, state: MentionState | None = None) -> list[StoredMention]:
        query = sa.select(mentions).order_by(mentions.c.seen_at.desc(), mentions.c.id.desc()).limit(limit)
        return self._read(StoredMention, query if state is None else query.where(mentions.c.state == state))

    def sending(self, mention_id: int) -> bool:
        """From now on its request may be on its way. False: it may have been before."""
        return self._become(mention_id, "sending", only_from="waiting")

    def created(self, mention_id: int, ticket_id: int) -> None:
        self._become(mention_id, "created", ticket_id=ticket_id)

    def _become(self, mention_id: int, state: MentionState, *, only_from: str = "", **values: object) -> bool:
        where = [mentions.c.id == mention_id, *([mentions.c.state == only_from] if only_from else [])]
        return self._change(sa.update(mentions).where(*where).values(state=state, **values)) > 0

    def prune_texts(self, before: str, *, limit: int) -> int:
        """What people wrote goes; that it was seen stays, so that it makes no second ticket."""
        old = sa.select(mentions.c.id).where(
            mentions.c.seen_at < before,
            mentions.c.state.not_in(["waiting", "sending"]),
            sa.cast(mentions.c.mention, sa.Text) != "{}",
        )
        return self._change(sa.update(mentions).where(mentions.c.id.in_(old.limit(limit))).values(mention={}))


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()
