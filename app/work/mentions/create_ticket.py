"""The workflow: the one ticket of a mention. A request whose answer was lost is looked up before it is sent again."""

from dataclasses import dataclass
from functools import partial

from app.feeds.mention import Mention
from app.feeds.ticket_text import requester_of, subject_line, ticket_body
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.mentions.taken import Taken, answer_works, news_works, queue
from app.work.messages import CreateMentionTicket, Stored, TicketChanged, TriageTicket, Work
from integrations.zendesk.new_ticket import NewTicket

CHANNEL_TAG = "channel__"


class MentionTicket(Stored):
    ticket_id: int | None
    """None: it is to have none."""


def register(deps: Dependencies) -> None:
    deps.engine.register(CreateMentionTicket, TicketCreator(deps).run, partial(crashed, deps))


@dataclass(frozen=True)
class TicketCreator:
    deps: Dependencies

    def run(self, message: CreateMentionTicket) -> None:
        created = attempt(self.deps, message, "create", self.create, message)
        if created is None or created.ticket_id is None:
            return
        # Zendesk's own event of it names us as the actor, and starts nothing.
        triage = TriageTicket(
            key=f"{message.key}:triage",
            accepted_at=message.accepted_at,
            ticket_id=created.ticket_id,
            cause=TicketChanged(event="ticket.created"),
            bulk=message.bulk,
            mode=message.mode,
        )
        self.deps.engine.later(Work(triage, once=True))
        queue(self.deps, self.deps.engine.step("meanwhile", self.meanwhile, message))

    def meanwhile(self, message: CreateMentionTicket) -> Taken:
        """What came while the ticket was made, and what was known before: the ticket is told after its first look."""
        stored = self.deps.records.mentions.by_id(message.mention_id)
        if stored is None:
            return Taken()
        return Taken(works=(*news_works(self.deps, stored), *answer_works(self.deps, stored)))

    def create(self, message: CreateMentionTicket) -> MentionTicket:
        mentions, zendesk = self.deps.records.mentions, self.deps.zendesk
        # First: an edit changes what it says only until then.
        is_first = mentions.sending(message.mention_id)
        stored = mentions.by_id(message.mention_id)
        if stored is None or stored.state not in {"waiting", "sending"}:
            return MentionTicket(ticket_id=stored.ticket_id if stored else None)
        mention = Mention.model_validate(stored.mention)
        if not is_first:  # an earlier attempt may have got through
            for ticket_id in zendesk.tickets_of(mention.external_id):
                mentions.created(stored.id, ticket_id)
                return MentionTicket(ticket_id=ticket_id)
        requester = requester_of(mention, self._channel(mention))
        ticket_id = zendesk.create_ticket(
            NewTicket(
                external_id=mention.external_id,
                requester_id=zendesk.requester(requester.name, requester.external_id),
                subject=subject_line(mention),
                body=ticket_body(mention, self._channel(mention)),
                tags=(f"{CHANNEL_TAG}{mention.source}",),
                run_id=message.run_id,
            )
        )
        mentions.created(stored.id, ticket_id)
        return MentionTicket(ticket_id=ticket_id)

    def _channel(self, mention: Mention) -> str:
        channel = self.deps.rulebook.current().routing.channels.get(mention.source)
        return channel.title if channel else mention.source
