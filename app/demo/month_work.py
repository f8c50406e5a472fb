"""Of the month of sample data: the calls of each ticket, and what people did at the desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from app.records.audit import AuditEntry
from app.records.calls import MadeCall
from app.records.decisions import Decision
from app.records.links import Link

MARK = "sample_data"
"""A tag of each of the month's tickets, and how keys of its work begin."""
_DEEDS = (
    ("Ada", "pause", "replies", {"reason": "the macro names the wrong form"}),
    ("Ada", "resume", "replies", None),
    ("Grace", "link", "ticket {linked}", {"following": "paused"}),
)


def made_calls(decision: Decision, link: Link | None, random: Random) -> list[MadeCall]:
    ticket, at = f"/api/v2/tickets/{decision.ticket_id}.json", datetime.fromisoformat(decision.decided_at)
    planned = [("zendesk", f"GET {ticket}", 200, 140)]
    if link is not None:
        issues = f"/api/v4/projects/{link.project_id}/issues"
        writes = issues if link.how == "opened" else f"{issues}/{link.iid}/notes"
        planned += [("gitlab", f"GET {issues}", 200, 210), ("gitlab", f"POST {writes}", 201, 260)]
    if random.random() < 0.03:
        planned.append(("zendesk", f"PUT {ticket}", 503, 900))
    planned.append(("zendesk", f"PUT {ticket}", 200, 330))
    made = []
    for service, what, status, usual in planned:
        took = round(usual * random.uniform(0.6, 2.2))
        made.append(MadeCall(service, what, status, took, at.isoformat()))
        at += timedelta(milliseconds=took)
    return made


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
