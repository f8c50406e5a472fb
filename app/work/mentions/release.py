"""A person wants a ticket of a mention that was left out or held."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from app.records.database import Along
from app.records.mentions import Mentions, StoredMention
from app.work.mentions.taken import ticket_work
from app.work.messages import Work

Accept = Callable[[Sequence[Work], Along], object]


class CannotTake(Exception):
    """There is nothing to make a ticket of."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def release(mention_id: int, mentions: Mentions, accept: Accept, now: datetime) -> StoredMention:
    """State and work are written together. Once more does no harm. Raises CannotTake and CannotStore."""
    stored = mentions.by_id(mention_id)
    if stored is None:
        raise CannotTake("no_such_mention", f"There is no mention {mention_id}.")
    if stored.state == "created":
        raise CannotTake("has_ticket", f"It is ticket {stored.ticket_id}.")
    if stored.state == "gone":
        raise CannotTake("gone", "The post was deleted.")
    if not stored.mention:
        raise CannotTake("forgotten", "Its text is too old to be kept.")
    accept([Work(ticket_work(mention_id, now), once=True)], partial(mentions.release, mention_id=mention_id))
    return mentions.by_id(mention_id) or stored
