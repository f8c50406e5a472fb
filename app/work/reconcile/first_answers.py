"""The job that reads from Zendesk when tickets were first answered: by its clocks, so that answers of people count."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.records.decisions import ActedDecision
from app.records.first_answers import AnsweredBy, FirstAnswer
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import attempt, crashed
from app.work.messages import Stored, SyncFirstAnswers
from integrations.errors import Refused
from integrations.zendesk.metric_events import MetricEvent, MetricKind

log = structlog.get_logger(__name__)

SYNC_SECONDS = 300
POSITION = "first_answers"
"""Under this name it is kept up to which second the events were read."""
BEGINS = timedelta(days=30)
"""Before the first look."""
HIDDEN = timedelta(minutes=2)
"""Zendesk gives no events of the last minute."""
MOST_PAGES = 5
"""Of its incremental exports Zendesk allows ten requests a minute."""
SKEW = timedelta(minutes=2)
"""Zendesk's clock beside ours, with the time that an update takes."""


class FirstAnswersRead(Stored):
    tickets: int


def register(deps: Dependencies) -> None:
    deps.engine.register(SyncFirstAnswers, FirstAnswerSync(deps).run, partial(crashed, deps))


@dataclass(frozen=True)
class FirstAnswerSync:
    deps: Dependencies

    def run(self, message: SyncFirstAnswers) -> None:
        attempt(self.deps, message, "sync", self.sync)

    def sync(self) -> FirstAnswersRead:
        """Goes on where the last one ended. Raises IntegrationError."""
        progress, now, count = self.deps.records.progress, self.deps.now(), 0
        reached = progress.of(POSITION)
        start = int(reached.value) if reached else int((now - BEGINS).timestamp())
        for _ in range(MOST_PAGES):
            if start > (now - HIDDEN).timestamp():
                break
            try:
                page = self.deps.zendesk.metric_events(start)
            except Refused as error:
                # Zendesk gives them to administrators only, and our agent need not be one: the page says so.
                log.warning("first_answers_refused", cause=error.reason, advice="make the bot an administrator")
                break
            count += self._take_in(page.events)
            start = page.end
            progress.reached(POSITION, str(start), now=now.isoformat())
            if page.is_last:
                break
        return FirstAnswersRead(tickets=count)

    def _take_in(self, events: Sequence[MetricEvent]) -> int:
        by_ticket: dict[int, list[MetricEvent]] = defaultdict(list)
        for event in events:
            by_ticket[event.ticket_id].append(event)
        known = self.deps.records.first_answers.of(by_ticket)
        acted = self.deps.records.decisions.acted(by_ticket)
        channels = self.deps.rulebook.current().routing.channels
        elsewhere = {name for name, channel in channels.items() if channel.reply == "elsewhere"}
        merged = (
            merge(known.get(ticket), found, acted.get(ticket, ()), elsewhere) for ticket, found in by_ticket.items()
        )
        rows = [row for row in merged if row is not None and row != known.get(row.ticket_id)]
        self.deps.records.first_answers.save(rows)
        return len(rows)


def merge(
    known: FirstAnswer | None,
    events: Collection[MetricEvent],
    acted: Sequence[ActedDecision],
    elsewhere: Collection[str],
) -> FirstAnswer | None:
    """What is known of a ticket with these events, in whatever order they come. None: it is older than we look."""
    created = known.created_at if known else _first(events, "created")
    if created is None:
        return None
    channel = next((one.channel for one in acted if one.channel), known.channel if known else "")
    row = known or FirstAnswer(ticket_id=next(iter(events)).ticket_id, channel=channel, created_at=created)
    answered = _earliest(row.answered_at, _first(events, "answered"))
    solved = _earliest(row.solved_at, _first(events, "solved"))
    if channel in elsewhere and solved and not _we_solved(solved, acted):
        # Where Zendesk cannot deliver an answer, people answer there, and then solve the ticket.
        answered = _earliest(answered, solved)
    by: AnsweredBy = "" if answered is None else "us" if _we_answered(answered, acted) else "person"
    return row._replace(channel=channel, answered_at=answered, answered_by=by, solved_at=solved)


def _first(events: Iterable[MetricEvent], kind: MetricKind) -> str | None:
    return min((one.at.isoformat() for one in events if one.kind == kind), default=None)


def _earliest(*times: str | None) -> str | None:
    return min((one for one in times if one), default=None)


def _we_answered(answered_at: str, acted: Sequence[ActedDecision]) -> bool:
    """We sent a reply, and nobody was faster."""
    sent = [one.decided_at for one in acted if one.sent_reply]
    return bool(sent) and datetime.fromisoformat(min(sent)) - SKEW <= datetime.fromisoformat(answered_at)


def _we_solved(solved_at: str, acted: Sequence[ActedDecision]) -> bool:
    """Because it needs no answer: thanks, or spam. That one of us answered on the post is an answer."""
    solved = datetime.fromisoformat(solved_at)
    return any(
        one.solved and one.event != "answered" and abs(datetime.fromisoformat(one.decided_at) - solved) <= SKEW
        for one in acted
    )
