"""The sections of the documentation that may answer a ticket."""

from dataclasses import dataclass

from app.documentation.excerpt import excerpt
from app.records.searched_texts import DOCUMENTATION
from app.rules.actions.docs import Docs
from app.rules.actions.findings import FoundSection
from app.rules.actions.reply import Reply
from app.rules.loading import Rules
from app.rules.placeholders import DOCS_NAMES
from app.work.issues.text import Report
from app.work.messages import TicketDecision
from app.work.search.text_index import TextIndex

MOST_SECTIONS = 3


@dataclass(frozen=True)
class SectionFinder:
    index: TextIndex

    def of(self, decision: TicketDecision, rules: Rules) -> tuple[FoundSection, ...]:
        """The best first; none where the plan does not ask for any."""
        show_at = _show_at(decision, rules)
        if show_at is None:
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
            if one.score >= show_at
        )


def _show_at(decision: TicketDecision, rules: Rules) -> float | None:
    """The similarity from which on a section counts; None: nobody asks for any."""
    wanted = decision.plan.wanted()
    for action in wanted:
        if isinstance(action, Docs):
            return action.show_at
    # The reply of a later write: its first note has shown the sections, and the reply may name the best one still.
    replies = (rules.macros.macros.get(one.macro) for one in wanted if isinstance(one, Reply))
    names_one = any(reply and not DOCS_NAMES.isdisjoint(reply.placeholders) for reply in replies)
    return rules.routing.docs.offer_at if names_one and rules.routing.docs else None
