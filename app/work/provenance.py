"""Who set a tag, or wrote a note: a person, ourselves, or a bot that may not start work."""

from dataclasses import dataclass

from app.identity import Identity
from app.metrics import LOOPS_STOPPED
from app.rules.schema.base import TeamConfig
from app.rules.team import is_bot
from app.ticket import Requester
from integrations.errors import NotFound
from integrations.zendesk.client import ZendeskClient
from integrations.zendesk.snapshots import CommentSnapshot


@dataclass(frozen=True, slots=True)
class WhoAsked:
    """Who set a tag that asks for something."""

    why_not: str = ""
    """Why it is not done; empty: a person set it, or nobody knows who."""
    name: str = ""
    audit_id: int = 0
    """Zendesk's number of the change; 0: not known. A tag that is set again is another change."""


@dataclass(frozen=True)
class Provenance:
    zendesk: ZendeskClient
    identity: Identity

    def not_a_person(self, ticket_id: int, tag: str, team: TeamConfig) -> str:
        """Why what the tag asks for is not done; empty: a person set it, or nobody knows who. One GET or two."""
        return self.who_asked(ticket_id, tag, team).why_not

    def who_asked(self, ticket_id: int, tag: str, team: TeamConfig) -> WhoAsked:
        """The delivery's actor does not say it: several changes may be behind one delivery."""
        set_by = self.zendesk.who_tagged(ticket_id, tag)
        if set_by is None:
            return WhoAsked()
        if set_by.run_id or set_by.author_id == self.identity.zendesk_id:
            return WhoAsked(why_not=loop_stopped("own_update", "our own update"), audit_id=set_by.audit_id)
        try:
            person = self.zendesk.person(set_by.author_id)
        except NotFound:
            return WhoAsked(audit_id=set_by.audit_id)
        author = Requester(person.id, person.name, person.email, person.handle, person.role, person.tags)
        bot = is_bot(team, author)
        why_not = loop_stopped("bot", "asked for by a bot that may not start work") if bot else ""
        return WhoAsked(why_not, person.name, set_by.audit_id)

    def bot_wrote(self, comment: CommentSnapshot, team: TeamConfig) -> bool:
        """Did a bot write it that may not start work?"""
        by_bot = is_bot(team, Requester(comment.author_id, email=comment.author_email, role=comment.author_role))
        if by_bot:
            loop_stopped("bot", "")
        return by_bot


def loop_stopped(kind: str, why: str) -> str:
    """Count that we did not answer a robot; returns `why`."""
    LOOPS_STOPPED.labels(kind).inc()
    return why
