"""What an issue says: titles and descriptions in which nothing that people wrote has an effect.

An engineer who has never heard of this service must be able to work with it; nobody may learn from it who wrote.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from app.feeds.ticket_text import DELETED_POST
from app.message.own_words import own_words
from app.message.report import report_details
from app.message.subjects import read_subject
from app.message.title import make_title
from app.redaction import redact_together
from app.rules.actions.issue import IssueConfig
from app.rules.actions.report_details import ASKED_FOR
from app.rules.loading import Rules
from app.rules.macros import render_template
from app.work.messages import TicketDecision
from integrations.gitlab import quoting


@dataclass(frozen=True)
class Report:
    """What a ticket says, without personal data and secrets."""

    subject: str
    body: str
    removed: dict[str, int]
    """How many of each kind were taken out."""

    @classmethod
    def of(cls, decision: TicketDecision) -> Report:
        names = [decision.ticket.requester_name, *_also_known_as(decision)]
        subject, body = redact_together([decision.ticket.subject, decision.ticket.body], names=names)
        return cls(subject.text, body.text, dict(Counter(subject.removed) + Counter(body.removed)))

    @property
    def is_deleted(self) -> bool:
        """Its author took back all that it said."""
        return self.subject == DELETED_POST and not self.body

    @cached_property
    def words(self) -> str:
        """The body as its author wrote it: no signature or quoted mail reaches an issue, or makes two of them alike."""
        return own_words(read_subject(self.subject), self.body) or self.body


def _also_known_as(decision: TicketDecision) -> list[str]:
    """Handle and address: what people sign with."""
    requester = decision.judged.requester
    return [name for name in (requester.name, requester.handle, requester.email) if name]


def issue_title(decision: TicketDecision, report: Report, rules: Rules) -> str:
    """From the subject, else from the first sentence; cleaned, at most 255 characters."""
    channel = rules.routing.channels.get(decision.channel)
    title = make_title(report.subject, report.words, of_post=channel is not None and channel.subject == "post")
    return quoting.issue_title(title) or f"Report from {decision.channel}"


def issue_description(decision: TicketDecision, report: Report, policy: IssueConfig, rules: Rules, marker: str) -> str:
    """The template, filled; the marker is the first line, where no text of others can hide it."""
    channel = rules.routing.channels.get(decision.channel)
    details = report_details(f"{report.subject}\n{report.body}")
    missing = details.missing(rules.macros.templates[policy.template].placeholders)
    values = {
        "report": quoting.fence(report.words),
        "channel": quoting.one_line(channel.title if channel else decision.channel),
        "version": quoting.one_line(details.version),
        "edition": details.edition,
        "steps": quoting.fence(details.steps) if details.steps else "",
        "log": quoting.fence(details.log) if details.log else "",
        "missing": ", ".join(ASKED_FOR[one] for one in missing),
        "ticket_url": decision.ticket.url,
    }
    return f"{quoting.marker_line(marker)}\n\n{render_template(rules.macros, policy.template, values)}"


def another_report(decision: TicketDecision, report: Report, marker: str, *, quoted: bool) -> str:
    """The note on an issue that is known: one more report, in its own words only if anybody could read them."""
    lines = [quoting.marker_line(marker), "", f"Another community report ({quoting.one_line(decision.channel)})."]
    if quoted:
        lines += ["", quoting.fence(report.words)]
    return "\n".join(lines)
