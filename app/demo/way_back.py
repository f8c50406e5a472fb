"""The way back, shown once: an engineer closes an issue, and the ticket that reported it hears of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.demo.outcome import Outcome
from integrations.sandbox import Sandbox

LONGEST_WAIT = 20.0


@dataclass(frozen=True)
class WayBack:
    sentence: str
    right: bool


def close_an_issue(sandbox: Sandbox, outcomes: Sequence[Outcome]) -> WayBack | None:
    """None when no ticket has an issue that could be closed."""
    linked = next(((one.ticket_id, one.issue) for one in outcomes if one.issue), None)
    if linked is None:
        return None
    ticket_id, issue = linked
    project, _, iid = issue.rpartition("#")
    sandbox.gitlab.close_issue(project, int(iid))
    sandbox.gitlab.deliver(project, int(iid), "close")
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        ticket = sandbox.zendesk.ticket(ticket_id)
        if "issue_closed" in ticket["tags"]:
            said = f"{issue} was closed in GitLab: ticket {ticket_id} has the tag issue_closed and a suggested reply."
            return WayBack(said, right=True)
        time.sleep(0.05)
    return WayBack(f"{issue} was closed in GitLab, but ticket {ticket_id} did not hear of it.", right=False)
