"""Of the month of sample data: the calls of each ticket, what failed, and what people did at the desk."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from app.records.attempts import Attempt
from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.decisions import Decision
from app.records.failures import Failure
from app.work.messages import TicketChanged, TriageTicket

MARK = "sample_data"
"""A tag of each of these tickets."""
_PROJECT = "/api/v4/projects/1/issues"
_CAUSES = (
    ("gitlab", "find", "http_502", "GitLab answered 502 in all attempts", "open", "", 4),
    ("gitlab", "find", "http_502", "GitLab answered 502 in all attempts", "open", "", 4),
    ("zendesk", "write", "http_503", "Zendesk answered 503 in all attempts", "open", "", 6),
    ("zendesk", "write", "no_answer", "no answer from Zendesk (timeout)", "open", "", 6),
    ("gitlab", "find", "http_403", "the token may not open issues there", "open", "", 1),
    ("zendesk", "write", "ticket_closed", "the ticket was closed meanwhile", "ignored", "answered on the phone", 1),
    ("gitlab", "find", "http_502", "GitLab answered 502 in all attempts", "retried", "", 4),
)
"""Service, step, reason, in words, state, why ignored, tries."""
_DEEDS = (
    ("Ada", "pause", "replies", {"reason": "the macro names the wrong form"}),
    ("Ada", "resume", "replies", None),
    ("Grace", "link", "ticket {linked}", {"following": "paused"}),
    ("Grace", "retry", "failures since yesterday", None),
    ("Ada", "ignore", "failure 6", {"reason": "answered on the phone"}),
    ("Linus", "retry", "failure 7", None),
)


def made_calls(decision: Decision, random: Random) -> list[MadeCall]:
    ticket, at = f"/api/v2/tickets/{decision.ticket_id}", datetime.fromisoformat(decision.decided_at)
    planned = [("zendesk", f"GET {ticket}", 200, 140)]
    if any(action["kind"] == "issue" and action["state"] == "done" for action in decision.actions):
        planned += [("gitlab", f"GET {_PROJECT}", 200, 210), ("gitlab", f"POST {_PROJECT}", 201, 260)]
    if random.random() < 0.03:
        planned.append(("zendesk", f"PUT {ticket}", 503, 900))
    planned.append(("zendesk", f"PUT {ticket}", 200, 330))
    made = []
    for service, what, status, usual in planned:
        took = round(usual * random.uniform(0.6, 2.2))
        made.append(MadeCall(service, what, status, took, at.isoformat()))
        at += timedelta(milliseconds=took)
    return made


def failed_work(tickets: Sequence[int], now: datetime) -> Iterator[tuple[Failure, list[Attempt]]]:
    """Failures of some tickets, with all their tries."""
    for number, (service, step, reason, message, state, because, tries) in enumerate(_CAUSES):
        ticket = tickets[-1 - 3 * number]
        failed = now - timedelta(hours=1 + 5 * number)
        changed = TicketChanged(event="ticket.created")
        work = TriageTicket(key=f"sample_data:{ticket}", accepted_at=failed, ticket_id=ticket, cause=changed)
        yield (
            Failure(
                key=work.run_id,
                source=service,
                ticket_id=ticket,
                step=step,
                reason=reason,
                message=message,
                attempts=tries,
                payload=work.model_dump(mode="json"),
                failed_at=failed.isoformat(),
                state=state,
                because=because,
            ),
            [
                Attempt(
                    work.run_id,
                    0,
                    one + 1,
                    step,
                    service,
                    reason,
                    message,
                    (failed - timedelta(minutes=4 * (tries - 1 - one))).isoformat(),
                )
                for one in range(tries)
            ],
        )


def audit_entries(linked: int, now: datetime) -> Iterator[AuditEntry]:
    """The oldest first. `linked`: a ticket whose issue was paused by hand."""
    for number, (name, what, about, after) in enumerate(_DEEDS):
        yield AuditEntry(
            at=(now - timedelta(days=6 - number, hours=number)).isoformat(),
            session="sample",
            name=name,
            role="operate",
            what=what,
            about=about.format(linked=linked),
            after=after,
        )
