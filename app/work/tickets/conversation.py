"""What a person said in a messaging conversation: the ticket's text is only Zendesk's head for it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.message.message import NOT_THEIRS, read_message
from app.rules.re2_patterns import compiled
from app.rules.routing import RoutingConfig
from app.rules.schema.base import ChannelConfig
from app.work.snapshot import reads_comments
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot

LONGEST: Final = 64_000
"""Characters that are read: as long as one comment may be."""


def with_conversation(snapshot: TicketSnapshot, routing: RoutingConfig, zendesk: ZendeskClient) -> TicketSnapshot:
    """The ticket with the person's words as its text, where there are any. One more GET, only for a bare head."""
    channel = reads_comments(snapshot, routing)
    if channel is None or not _is_bare_head(snapshot.subject, snapshot.description):
        return snapshot
    said = "\n\n".join(_said(snapshot, zendesk.comments(snapshot.id), channel))
    return replace(snapshot, description=said[:LONGEST]) if said else snapshot


def _is_bare_head(subject: str, text: str) -> bool:
    return read_message(subject, text).nobody == NOT_THEIRS


def _said(snapshot: TicketSnapshot, comments: Sequence[CommentSnapshot], channel: ChannelConfig) -> Iterator[str]:
    """What a transcript repeats is said once."""
    seen: set[str] = set()
    for comment in comments:
        if comment.author_id == snapshot.requester.id:
            pieces = [] if _is_bare_head("", comment.body) else [comment.body.strip()]
        elif channel.transcript:
            pieces = list(_lines_of(snapshot.requester.name, comment.body[:LONGEST], channel.transcript))
        else:
            pieces = []
        for piece in pieces:
            if piece and piece not in seen:
                seen.add(piece)
                yield piece


def _lines_of(name: str, transcript: str, pattern: str) -> Iterator[str]:
    """A line that names nobody goes on with the one before it."""
    said: list[str] = []
    theirs = False
    for line in transcript.encode("utf-8", "replace").decode().splitlines():
        start = compiled(pattern).fullmatch(line)
        if start is not None:
            if said:
                yield "\n".join(said)
            theirs = start.group("name").strip().casefold() == name.strip().casefold() != ""
            said = [start.group("words").strip()] if theirs else []
        elif theirs:
            said.append(line)
    if said:
        yield "\n".join(said).strip()
