"""What a known mention that comes again changes: its author edited it, it was deleted, or it is wanted now. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.feeds.filter import BY_US, TOO_FEW_POINTS
from app.feeds.mention import Mention
from app.feeds.wording import PostWording
from app.records.mentions import EDITED, REMOVED, REPOST, WHOLE, NewMention, StoredMention

DELETED = "deleted"
TOO_MANY = "held: too many at once"
_STAY = frozenset({TOO_MANY, REPOST, BY_US})
"""Reasons for which another carrier that brings the same post changes nothing."""
MOST_CARRIERS = 8


def changed(known: StoredMention, given: NewMention, now: datetime) -> Mapping[str, object]:
    """By column; empty: nothing is new."""
    if known.state == "gone":
        return {}
    if given.deleted:
        return _removed(known, now)
    given = replace(given, mention=_with_author(known.newer or known.mention, given.mention))
    values: dict[str, object] = {}
    before = known.wordings.get(given.brought_as)
    if before != given.wording:
        latest = {**known.wordings, given.brought_as: given.wording}
        values["wordings"] = dict([*latest.items()][-MOST_CARRIERS:])
    is_edit = before is not None and before != given.wording and not _says_no_more(given, known)
    if is_edit:
        values |= {**_edited(known, given, EDITED, now), "edited_at": now.isoformat()}
    elif not given.left_out and _is_excerpt(known.newer or known.mention, given.mention):
        values |= _edited(known, given, WHOLE, now)
    if known.state == "left_out" and not given.left_out and _is_wanted(known, given, is_edit=is_edit):
        values |= {"state": "waiting", "why": "", "mention": given.mention}
    return values


def _with_author(known: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A carrier that does not know the author takes nobody's name away."""
    return given if any(given["author"].values()) or not known else {**given, "author": known["author"]}


def _is_wanted(known: StoredMention, given: NewMention, *, is_edit: bool) -> bool:
    """Its words changed, it has the points by now, or what one feed leaves out another one asks for."""
    if known.why == TOO_FEW_POINTS or (is_edit and known.why != TOO_MANY):
        return True
    return given.carrier != known.carrier and known.why not in _STAY


def _edited(known: StoredMention, given: NewMention, kind: str, now: datetime) -> dict[str, object]:
    """A request that may be on its way is sent again unchanged: what is newer waits beside it."""
    said = {"repost_digest": given.repost_digest}
    # With the time: an author may go back to words that the ticket was told of before.
    news = {"news": f"{kind}:{given.wording}:{int(now.timestamp())}"}
    if known.state == "sending":
        return {**said, **news, "newer": given.mention} if known.news != REMOVED else {}
    if known.state == "created":
        # Where the text is too old to be kept, nobody knows what changed.
        return {**said, **news, "mention": given.mention} if known.mention else {}
    if known.state == "waiting" and given.left_out and given.carrier == known.carrier:
        return {**said, "mention": given.mention, "state": "left_out", "why": given.left_out}
    return {**said, "mention": given.mention}


def _removed(known: StoredMention, now: datetime) -> Mapping[str, object]:
    gone: dict[str, object] = {"state": "gone", "why": DELETED, "mention": {}, "edited_at": now.isoformat()}
    if known.state == "sending":
        return {"news": REMOVED} if known.news != REMOVED else {}
    return {**gone, "news": REMOVED} if known.state == "created" else gone


def _says_no_more(given: NewMention, known: StoredMention) -> bool:
    if not known.mention:
        return False
    newer, older = (PostWording.of(Mention.model_validate(one)) for one in (given.mention, known.mention))
    return newer.is_excerpt_of(older) or newer.letters == older.letters


def _is_excerpt(known: Mapping[str, object], given: Mapping[str, object]) -> bool:
    """Of a text that is given now: an alert came before the feed."""
    if not known:
        return False
    older, newer = (PostWording.of(Mention.model_validate(one)) for one in (known, given))
    return older.is_excerpt_of(newer) and older.letters != newer.letters
