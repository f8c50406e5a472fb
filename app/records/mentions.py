"""What people wrote elsewhere: one row for one post, however often and on whatever way it comes."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.feeds.addresses import canonical_address, is_address
from app.records.database import TableAccess, as_dataclass, begin_locked
from app.records.decisions import PostThread
from app.records.tables import mention_addresses, mentions

MentionState = Literal["waiting", "sending", "created", "left_out", "gone"]
REPOST = "the same text by the same author within a day"
REMOVED = "removed"
"""The news of a mention whose post was deleted."""
EDITED, WHOLE = "edited", "whole"
"""What other news begin with. `whole`: what was known was an excerpt."""
MOST_OF_A_THREAD = 200
BACKFILL = "backfill:"
"""Before the name of a feed whose older posts were read."""


@dataclass(frozen=True, kw_only=True)
class NewMention:
    source: str
    native_id: str
    url: str
    address: str
    """The canonical one, by which other sources' mentions of the same post are known; empty: by its id alone."""
    thread: str
    mention: Mapping[str, Any]
    carrier: str = ""
    """The feed that brings it; empty: it was handed over."""
    wording: str = ""
    """Digest of what it says."""
    repost_digest: str = ""
    deleted: bool = False
    left_out: str = ""
    """Why it becomes no ticket."""

    @property
    def brought_as(self) -> str:
        """A carrier may bring one post under several ids, each with words of its own.

        A feed and its backfill read the same source.
        """
        return f"{self.carrier.removeprefix(BACKFILL)}:{self.native_id}"


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
    carrier: str
    wordings: Mapping[str, str]
    newer: Mapping[str, Any]
    news: str

    @property
    def native_ids(self) -> set[str]:
        """Whatever it was brought as."""
        return {self.native_id, *(one.partition(":")[2] for one in self.wordings)}

    @property
    def in_reply_to(self) -> str:
        """Empty too where the text is too old to be kept."""
        return str(self.mention.get("in_reply_to", ""))

    def is_named(self, reference: str) -> bool:
        """Does `in_reply_to` of another mean this one?"""
        if reference in self.native_ids:
            return bool(reference)
        return is_address(reference) and canonical_address(reference) == canonical_address(self.url)


Change = Callable[[StoredMention, NewMention], Mapping[str, object]]
"""What a known mention that comes again changes in its row, by column."""


class Mentions(TableAccess):
    def take(self, given: NewMention, change: Change, *, now: str, day_before: str) -> StoredMention:
        """The mention, new or known. Of two that come at once, one is first, and the other is known."""
        with self._engine.connect() as connection:
            known = self._known(connection, given, lock=False)
        if known is not None and not change(known, given):
            return known
        try:
            return self._take(given, change, now, day_before)
        except IntegrityError:
            return self._take(given, change, now, day_before)

    def _take(self, given: NewMention, change: Change, now: str, day_before: str) -> StoredMention:
        with begin_locked(self._engine) as connection:
            known = self._known(connection, given, lock=True)
            if known is None:
                mention_id = self._insert(connection, given, now, day_before)
            else:
                mention_id = known.id
                if values := change(known, given):
                    connection.execute(sa.update(mentions).where(mentions.c.id == mention_id).values(**values))
            row = connection.execute(sa.select(mentions).where(mentions.c.id == mention_id)).mappings().one()
        return as_dataclass(StoredMention, row)

    def _insert(self, connection: sa.Connection, given: NewMention, now: str, day_before: str) -> int:
        why = given.left_out or (REPOST if self._is_repost(connection, given, day_before) else "")
        values = {
            "source": given.source,
            "native_id": given.native_id,
            "state": "gone" if given.deleted else "left_out" if why else "waiting",
            "why": "deleted" if given.deleted else why,
            "url": given.url,
            "thread": given.thread,
            "mention": {} if given.deleted else dict(given.mention),
            "seen_at": now,
            "carrier": given.carrier,
            "wordings": {given.brought_as: given.wording},
            "repost_digest": given.repost_digest,
            "newer": {},
        }
        mention_id = int(connection.execute(sa.insert(mentions).values(**values).returning(mentions.c.id)).scalar_one())
        if given.address:
            claim = {"digest": _digest(given.address), "mention_id": mention_id}
            connection.execute(sa.insert(mention_addresses).values(**claim))
        return mention_id

    @staticmethod
    def _is_repost(connection: sa.Connection, given: NewMention, day_before: str) -> bool:
        if not given.repost_digest:
            return False
        same = sa.select(mentions.c.id).where(
            mentions.c.repost_digest == given.repost_digest,
            mentions.c.source == given.source,
            mentions.c.seen_at >= day_before,
            mentions.c.state.in_(["waiting", "sending", "created"]),
        )
        return connection.execute(same.limit(1)).first() is not None

    @staticmethod
    def _known(connection: sa.Connection, given: NewMention, *, lock: bool) -> StoredMention | None:
        rows = sa.select(mentions).with_for_update() if lock else sa.select(mentions)
        by_id = rows.where(mentions.c.source == given.source, mentions.c.native_id == given.native_id)
        found = connection.execute(by_id).mappings().first()
        if found is None and given.address:
            claimed = sa.select(mention_addresses.c.mention_id).where(
                mention_addresses.c.digest == _digest(given.address)
            )
            found = connection.execute(rows.where(mentions.c.id.in_(claimed))).mappings().first()
        return None if found is None else as_dataclass(StoredMention, found)

    def by_id(self, mention_id: int) -> StoredMention | None:
        return self._first(StoredMention, sa.select(mentions).where(mentions.c.id == mention_id))

    def of_ticket(self, ticket_id: int) -> StoredMention | None:
        return self._first(StoredMention, sa.select(mentions).where(mentions.c.ticket_id == ticket_id))

    def of_post(self, source: str, native_id: str) -> StoredMention | None:
        which = (mentions.c.source == source, mentions.c.native_id == native_id)
        return self._first(StoredMention, sa.select(mentions).where(*which))

    def newest(
        self, *, limit: int, state: MentionState | None = None, thread: str = "", source: str = ""
    ) -> list[StoredMention]:
        """Empty: of any."""
        wanted = {mentions.c.state: state, mentions.c.thread: thread, mentions.c.source: source}
        query = sa.select(mentions).where(*(column == value for column, value in wanted.items() if value))
        return self._read(StoredMention, query.order_by(mentions.c.seen_at.desc(), mentions.c.id.desc()).limit(limit))

    def of_thread(self, source: str, thread: str) -> list[StoredMention]:
        """The newest of one post, itself included."""
        return self.newest(limit=MOST_OF_A_THREAD, thread=thread, source=source) if thread else []

    def threads(self, since: str, *, limit: int) -> list[PostThread]:
        """Posts with comments that were seen since then and have tickets, or get them; the newest first."""
        newest = sa.func.max(mentions.c.seen_at)
        query = (
            sa.select(mentions.c.source, mentions.c.thread, newest.label("newest_at"))
            .where(mentions.c.seen_at >= since, mentions.c.thread != "")
            .where(sa.or_(mentions.c.ticket_id.is_not(None), mentions.c.state.in_(["waiting", "sending"])))
            .group_by(mentions.c.source, mentions.c.thread)
        )
        return self._read(PostThread, query.order_by(newest.desc()).limit(limit))

    def answered_by(self, answer: StoredMention) -> StoredMention | None:
        """The post that this one answers, as it says itself."""
        named = answer.in_reply_to
        by_id = self.of_post(answer.source, named) if named else None
        others = self.of_thread(answer.source, answer.thread) if named else []
        return by_id or next((one for one in others if one.is_named(named)), None)

    def unchecked(self, feed: str, *, checks: int, since: str, before: str, limit: int) -> list[StoredMention]:
        """Those with a ticket that were seen in between, and whose source was not asked more often than `checks`."""
        which = (
            mentions.c.carrier.in_((feed, BACKFILL + feed)),
            mentions.c.seen_at.between(since, before),
            mentions.c.state == "created",
            mentions.c.checks <= checks,
        )
        return self._read(StoredMention, sa.select(mentions).where(*which).order_by(mentions.c.seen_at).limit(limit))

    def removed_since(self, feed: str, since: str) -> list[StoredMention]:
        """Those with a ticket."""
        carriers = (feed, BACKFILL + feed)
        which = (mentions.c.carrier.in_(carriers), mentions.c.edited_at >= since, mentions.c.news == REMOVED)
        return self._read(StoredMention, sa.select(mentions).where(*which))

    def checked(self, mention_ids: Collection[int], checks: int) -> None:
        self._change(sa.update(mentions).where(mentions.c.id.in_(mention_ids)).values(checks=checks))

    def sending(self, mention_id: int) -> bool:
        """From now on its request may be on its way, and what it says stays. False: it may have been before."""
        return self._become(mention_id, "sending", only_from="waiting")

    def created(self, mention_id: int, ticket_id: int) -> None:
        """What came while the request was on its way is what it says from now on."""
        with begin_locked(self._engine) as connection:
            query = sa.select(mentions.c.newer, mentions.c.news).where(mentions.c.id == mention_id).with_for_update()
            newer, news = connection.execute(query).one()
            values: dict[str, object] = {"state": "created", "ticket_id": ticket_id, "newer": {}}
            if news == REMOVED:
                values |= {"state": "gone", "why": "deleted", "mention": {}}
            elif newer:
                values["mention"] = newer
            connection.execute(sa.update(mentions).where(mentions.c.id == mention_id).values(**values))

    def release(self, connection: sa.Connection, mention_id: int) -> None:
        """One that was left out is to become a ticket, once the caller commits."""
        which = (mentions.c.id == mention_id, mentions.c.state == "left_out")
        connection.execute(sa.update(mentions).where(*which).values(state="waiting", why=""))

    def _become(self, mention_id: int, state: MentionState, *, only_from: str) -> bool:
        where = (mentions.c.id == mention_id, mentions.c.state == only_from)
        return self._change(sa.update(mentions).where(*where).values(state=state)) > 0

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
