"""The sections of the documentation that may answer a ticket."""

from dataclasses import dataclass

from app.documentation.excerpt import excerpt
from app.records.searched_texts import DOCUMENTATION
from app.rules.actions.docs import Docs
from app.rules.actions.findings import FoundSection
from app.work.issues.text import Report
from app.work.messages import TicketDecision
from app.work.search.text_index import TextIndex

MOST_SECTIONS = 3


@dataclass(frozen=True)
class SectionFinder:
    index: TextIndex

    def of(self, decision: TicketDecision) -> tuple[FoundSection, ...]:
        """The best first; none where the plan does not ask for any."""
        action = next((one for one in decision.plan.wanted() if isinstance(one, Docs)), None)
        if action is None:
            return ()
        report = Report.of(decision)
        near = self.index.search(report.subject, report.words, DOCUMENTATION)
        return tuple(
            FoundSection(
                title=one.row.title,
                url=one.row.url,
                excerpt=excerpt(one.row.description, report.subject, report.words),
                score=round(one.score, 2),
            )
            for one in near[:MOST_SECTIONS]
            if one.score >= action.show_at
        )
