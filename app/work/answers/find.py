"""The solved tickets of the same channel that a ticket is like."""

from dataclasses import dataclass

from app.documentation.excerpt import shortened
from app.rules.actions.findings import AnsweredTicket
from app.rules.actions.solved_tickets import SolvedTickets
from app.work.answers.keep import collection_of
from app.work.issues.text import Report
from app.work.messages import TicketDecision
from app.work.search.text_index import TextIndex

MOST_TICKETS = 3
LONGEST_TITLE = 80


@dataclass(frozen=True)
class AnswerFinder:
    index: TextIndex

    def of(self, decision: TicketDecision) -> tuple[AnsweredTicket, ...]:
        """The nearest first; none where the plan does not ask for any."""
        action = next((one for one in decision.plan.wanted() if isinstance(one, SolvedTickets)), None)
        if action is None or not len(self.index):
            return ()
        report = Report.of(decision)
        collection = collection_of(decision.channel, public=decision.ticket.public)
        near = self.index.search(report.subject, report.words, collection)
        return tuple(
            AnsweredTicket(
                title=shortened(one.row.title, LONGEST_TITLE),
                url=one.row.url,
                answer=shortened(one.row.answer),
                score=round(one.score, 2),
            )
            for one in near
            if one.score >= action.show_at and one.row.number != decision.ticket.id
        )[:MOST_TICKETS]
