"""Of the month of sample data: what failed, as the tables would have it, and a time when GitLab did not answer.

The tickets of what can be retried are in the sandbox's Zendesk: a retry does the work, and succeeds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from app.demo.month_work import MARK
from app.model.training.labelled import LabelledTicket
from app.records.attempts import Attempt
from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.circuits import Circuit, Circuits
from app.records.decisions import Decision
from app.records.failures import Failure, Failures
from app.work.messages import TicketChanged, TriageTicket, run_id
from integrations.sandbox import Sandbox

SAMPLE = "(sample data)"
CHANNELS = frozenset({"twitter", "email"})
"""What the sandbox's Zendesk says of these, the rules recognise."""
_SPARED = timedelta(hours=3)
"""Nothing of the last hours failed: people look at that first."""
_FIRST_WAIT = 1.0
_GITLAB_AWAY, _AWAY_FOR = timedelta(days=6, hours=3), timedelta(minutes=42)

KeepTicket = Callable[[int, LabelledTicket, datetime], None]
"""By its number: what was written, and when."""


def in_zendesk(sandbox: Sandbox) -> KeepTicket:
    """As tickets that the service can read, and write to."""

    def keep(number: int, text: LabelledTicket, moment: datetime) -> None:
        person = text.requester
        name = person.name or f"Visitor {number}"
        address = {"handle": person.handle or f"@visitor{number}"}
        if text.channel == "email":
            address = {"email": person.email or f"visitor{number}@example.com"}
        sandbox.zendesk.add_past_ticket(
            number,
            moment.isoformat(),
            subject=text.subject,
            body=text.body,
            via_channel=text.channel,
            requester={"name": name, **address},
            tags=[*text.tags, MARK],
        )

    return keep


@dataclass(frozen=True)
class SampleFailure:
    """Of the work on one ticket."""

    service: str
    step: str
    reason: str
    message: str
    """`{number}` is the ticket's."""
    attempts: int
    call: tuple[str, int] | None = None
    """What was tried each time, and its status."""
    state: Literal["open", "ignored", "retried"] = "open"
    because: str = ""
    by: str = ""
    """Who ignored or retried it, two hours later."""

    @property
    def is_before_verdict(self) -> bool:
        """What fails before the update is about to be sent leaves no verdict."""
        return self.step != "write"

    def failed_at(self, moment: datetime) -> datetime:
        return self._tried_at(moment, self.attempts - 1)

    def dealt_with_at(self, moment: datetime) -> datetime:
        return self.failed_at(moment) + timedelta(hours=2)

    def _tried_at(self, moment: datetime, attempt: int) -> datetime:
        """Each wait is twice as long as the one before it."""
        return moment + timedelta(seconds=2 + _FIRST_WAIT * (2**attempt - 1))

    def calls(self, number: int, moment: datetime) -> list[MadeCall]:
        ticket = f"/api/v2/tickets/{number}.json"
        made = []
        for number_of_try in range(self.attempts):
            at = self._tried_at(moment, number_of_try)
            read = (at - timedelta(seconds=0.6)).isoformat()
            made.append(MadeCall("zendesk", f"GET {ticket}", 200, 96 + 7 * number_of_try, read))
            if self.call is not None:
                what, status = self.call
                took = 410 + 90 * number_of_try
                made.append(MadeCall(self.service, what.format(number=number), status, took, at.isoformat()))
        if self.state == "retried":
            at = self.dealt_with_at(moment) + timedelta(milliseconds=700)
            made.append(MadeCall("zendesk", f"PUT {ticket}", 200, 287, at.isoformat()))
        return made

    def kept(self, number: int, moment: datetime) -> tuple[Failure, list[Attempt]]:
        """As a failure, with all its tries."""
        changed = TicketChanged(event="ticket.created")
        work = TriageTicket(key=f"{MARK}:{number}", accepted_at=moment, ticket_id=number, cause=changed)
        message = f"{self.message.format(number=number)} {SAMPLE}"
        failure = Failure(
            key=work.run_id,
            source=self.service,
            ticket_id=number,
            step=self.step,
            reason=self.reason,
            message=message,
            attempts=self.attempts,
            payload=work.model_dump(mode="json"),
            failed_at=self.failed_at(moment).isoformat(),
            state=self.state,
            because=self.because,
        )
        tries = [
            Attempt(
                work.run_id,
                0,
                one + 1,
                self.step,
                self.service,
                self.reason,
                message,
                self._tried_at(moment, one).isoformat(),
            )
            for one in range(self.attempts)
        ]
        return failure, tries

    def decided(self, decision: Decision, moment: datetime) -> Decision:
        """What stays of the decision that the work would have led to."""
        decision = replace(decision, decided_at=(moment + timedelta(seconds=1.5)).isoformat())
        if self.state == "retried":
            done = self.dealt_with_at(moment) + timedelta(seconds=1)
            return replace(decision, finished_at=done.isoformat())
        failed = self.failed_at(moment).isoformat()
        if self.is_before_verdict:
            said = self.kept(decision.ticket_id, moment)[0].message
            return Decision.without_verdict(
                decision.run_id, decision.ticket_id, decision.event, "failed", said, now=failed, finished_at=failed
            )
        return replace(decision, state="failed", update_state="not_applied", finished_at=failed)


_PUT = "PUT /api/v2/tickets/{number}.json"
_BUSY = SampleFailure(
    "zendesk", "write", "ticket_busy", "zendesk: somebody else changed the ticket each time", 8, (_PUT, 409)
)
_BAD_GATEWAY = SampleFailure(
    "gitlab",
    "find",
    "http_502",
    "gitlab: gitlab.com answered 502 to POST /api/v4/projects/42/issues; it may have been carried out",
    8,
    ("POST /api/v4/projects/42/issues", 502),
)
_BUG = SampleFailure("pointsman", "workflow", "bug", "Internal error (KeyError). The log has the details.", 1)
_NO_WRITE = SampleFailure(
    "zendesk",
    "write",
    "http_503",
    f"zendesk: acme.zendesk.com answered 503 to {_PUT}; it may have been carried out",
    8,
    (_PUT, 503),
)
_REFUSED = SampleFailure(
    "zendesk",
    "write",
    "http_422",
    f"zendesk: acme.zendesk.com answered 422 to {_PUT}; rejected: custom_fields",
    1,
    (_PUT, 422),
    state="ignored",
    because="answered on the phone",
    by="Ada",
)
_RETRIED = replace(_NO_WRITE, state="retried", by="Linus")
_OF_TICKETS = (
    *(_BUSY, _BAD_GATEWAY, _BAD_GATEWAY, _BAD_GATEWAY, _BUG),
    *(_NO_WRITE, _NO_WRITE, _REFUSED, _RETRIED, _RETRIED),
)
"""The newest first."""
_IN_THE_CHAT = "the chat answered 404; the channel or the webhook is gone. It was not sent."


def failing(tickets: Sequence[tuple[int, datetime, LabelledTicket]], now: datetime) -> Mapping[int, SampleFailure]:
    """By number: of the newest tickets that the sandbox can have, every other one."""
    able = [number for number, moment, text in tickets if text.channel in CHANNELS and moment < now - _SPARED]
    return dict(zip(able[::-2], _OF_TICKETS, strict=False))


def chat_failure(now: datetime) -> Failure:
    """It holds nothing that could be tried again."""
    return Failure(
        key=f"announce:{MARK}",
        source="chat",
        ticket_id=None,
        step="announce",
        reason="not_found",
        message=f"{_IN_THE_CHAT} {SAMPLE}",
        attempts=1,
        payload=None,
        failed_at=(now - timedelta(days=1, hours=4)).isoformat(),
    )


def gitlab_was_away(circuits: Circuits, now: datetime) -> None:
    """For a while, days ago: work waited, and nothing failed."""
    opened = (now - _GITLAB_AWAY).timestamp()

    def closed(circuit: Circuit, _now: float) -> Circuit:
        return replace(circuit, state="closed", at=opened + _AWAY_FOR.total_seconds(), opened=opened, probes=3)

    circuits.change("gitlab", closed, now.timestamp())


def dealt_with(
    failures: Failures, failed: Mapping[int, SampleFailure], moments: Mapping[int, datetime]
) -> Iterator[AuditEntry]:
    """Who ignored or retried what. Both by the ticket's number."""
    for number, sample in failed.items():
        kept = failures.by_key(run_id(f"{MARK}:{number}"))
        if sample.by and kept is not None:
            yield AuditEntry(
                at=sample.dealt_with_at(moments[number]).isoformat(),
                session="sample",
                name=sample.by,
                role="operate",
                what="ignore" if sample.state == "ignored" else "retry",
                about=f"failure {kept.id}",
                after={"reason": sample.because} if sample.because else None,
            )
