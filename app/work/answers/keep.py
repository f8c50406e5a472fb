"""Keeps solved tickets with what was answered, so that the next one like them finds it."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.message.own_words import own_words
from app.message.subjects import read_subject
from app.message.title import make_title
from app.records.decisions import Decision
from app.records.searched_texts import TICKETS, SearchedText
from app.redaction import redact_together
from app.rules.channels import OTHER
from app.tags import MERGED_TAG
from app.work.jobs.dependencies import Dependencies
from app.work.snapshot import ticket_from_json
from integrations.errors import IntegrationError
from integrations.zendesk.snapshots import CommentSnapshot, TicketSnapshot


def collection_of(channel: str, *, public: bool) -> str:
    """What is compared with each other. A private text of a public channel is not among its public ones."""
    return f"{TICKETS}{channel}:{'public' if public else 'private'}"


@dataclass(frozen=True)
class AnswerKeeper:
    deps: Dependencies

    def changed(self, ticket: TicketSnapshot) -> None:
        """Called each time that a ticket changes: what is solved is kept once, what is open again is not answered."""
        texts = self.deps.records.searched_texts
        applied = [one for one in self.deps.records.decisions.of_ticket(ticket.id) if one.is_applied]
        is_solved = ticket.status in {"solved", "closed"} and MERGED_TAG not in ticket.tags
        if not (is_solved and applied and self._may_be_shown(applied[0])):
            texts.forget_ticket(ticket.id)
            return
        first = next((one for one in reversed(applied) if one.ticket), None)
        if first is None:  # too old
            return
        channel, is_public = first.channel, bool(ticket_from_json(first.ticket).public)
        collection = collection_of(channel, public=is_public)
        if channel != OTHER and ticket.id not in texts.of(collection, [ticket.id]):
            answer = next((one.answer for one in applied if one.answer), "") or self._written_by_us(ticket.id)
            texts.save([_row(collection, ticket, first, answer, now=self.deps.now().isoformat())])

    def forget(self, ticket_id: int) -> None:
        self.deps.records.searched_texts.forget_ticket(ticket_id)

    def _may_be_shown(self, newest: Decision) -> bool:
        """Only archetypes whose tickets get such a list, and none that is private."""
        archetype = self.deps.rulebook.current().routing.archetypes.get(newest.archetype or "")
        return archetype is not None and archetype.solved_tickets_at is not None and not archetype.private

    def _written_by_us(self, ticket_id: int) -> str:
        """Where we suggested nothing: the last public comment of an advocate. One GET in the life of a ticket."""
        try:
            return _last_answer(self.deps.zendesk.comments(ticket_id))
        except IntegrationError:
            return ""


def _last_answer(comments: Iterable[CommentSnapshot]) -> str:
    return next((one.body for one in reversed([*comments]) if one.public and one.by_staff), "")


def _row(collection: str, ticket: TicketSnapshot, first: Decision, answer: str, *, now: str) -> SearchedText:
    """Without personal data: it is shown beside other people's tickets."""
    asked = ticket_from_json(first.ticket)
    names = [one for one in (asked.requester.name, asked.requester.handle, asked.requester.email) if one]
    subject, body, said = (one.text for one in redact_together([asked.subject, asked.body, answer], names=names))
    words = own_words(read_subject(subject), body) or body
    return SearchedText(
        collection=collection,
        number=ticket.id,
        title=subject or make_title(subject, words, of_post=False),
        description=words,
        url=ticket.url,
        answer=said,
        updated_at=first.decided_at,
        seen_at=now,
    )
