"""The way back, once: an engineer closes an issue, and the ticket that reported it gets a tag and a note."""

import time
from collections.abc import Sequence

from app.demo.results import SampleResult
from integrations.sandbox import Sandbox

LONGEST_WAIT = 20.0


def close_an_issue(sandbox: Sandbox, results: Sequence[SampleResult]) -> tuple[str, bool] | None:
    """What happened, and whether it is right. None when no ticket has an issue."""
    linked = next((one for one in results if one.issue), None)
    if linked is None:
        return None
    project, _, iid = linked.issue.rpartition("#")
    sandbox.gitlab.close_issue(project, int(iid))
    closed, number = f"An engineer closed {linked.issue} in GitLab", linked.ticket_id
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        if "issue_closed" in sandbox.zendesk.ticket(number)["tags"]:
            return f"{closed}:\nticket {number} now has the tag issue_closed and a suggested reply.", True
        time.sleep(0.05)
    return f"{closed}, but ticket {number} did not change.", False
