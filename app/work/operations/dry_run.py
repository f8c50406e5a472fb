"""Deciding without acting: for `explain`, for trying rules, for any text or a real ticket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.rules.examples import slips, ticket_from_mapping
from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.judge import Judged, Judgement, judge
from app.work.snapshot import as_if_new
from app.work.tickets.conversation import with_conversation
from integrations.zendesk.client import ZendeskClient


@dataclass(frozen=True)
class DryRun:
    rules: Callable[[], Rules]
    judgement: Judgement
    now: Callable[[], datetime]

    def judge(self, ticket: Ticket) -> Judged:
        return self.judge_by(self.rules(), ticket)

    def judge_by(self, rules: Rules, ticket: Ticket) -> Judged:
        """By other rules than those in force."""
        return judge(rules, ticket, self.judgement, now=self.now())

    def written_down(self, given: Mapping[str, Any]) -> tuple[Ticket, Judged]:
        """A ticket as people write one down. Raises ValueError with what is wrong in it."""
        if wrong := slips(given, self.rules().routing.channels):
            raise ValueError("; ".join(wrong))
        ticket = ticket_from_mapping(given)
        return ticket, self.judge(ticket)

    def real(self, ticket_id: int, zendesk: ZendeskClient) -> tuple[Ticket, Judged]:
        """A ticket in Zendesk, as if it came in now: nothing is written. Raises IntegrationError."""
        ticket = as_if_new(with_conversation(zendesk.read_ticket(ticket_id), self.rules().routing, zendesk))
        return ticket, self.judge(ticket)
