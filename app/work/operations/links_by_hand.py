"""An issue that a person links to a ticket at the desk: as work, which reads the issue and writes to the ticket."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.records.decisions import Decisions
from app.records.links import Links
from app.rules.loading import Rules
from app.work.decisions.tag_commands import issue_addresses
from app.work.messages import LinkChosen, TriageTicket, Work

_SHORT = re.compile(r"([\w.-]+(?:/[\w.-]+)+)#(\d{1,18})", re.ASCII)


class CannotLink(Exception):
    """Says why, and what would do."""


@dataclass(frozen=True)
class LinksByHand:
    decisions: Decisions
    links: Links
    accept: Callable[[Sequence[Work]], object]
    now: Callable[[], datetime]
    gitlab_url: str

    def issue_named(self, written: str, rules: Rules) -> tuple[str, int]:
        """`(project, iid)` of an address or of `group/project#7`. Raises CannotLink: we could not follow that one."""
        short = _SHORT.fullmatch(written.strip())
        found = (short[1], int(short[2])) if short else next(issue_addresses(written, self.gitlab_url), None)
        projects = sorted({one.project for one in rules.routing.trackers.values()})
        if found is None or not found[1]:
            raise CannotLink(
                f"That is no issue. Give its address, or its name: {(projects or ['group/project'])[0]}#7."
            )
        if found[0] not in projects:
            raise CannotLink(f"routing.yaml has no tracker {found[0]}. It has: {', '.join(projects) or 'none'}.")
        return found

    def link(self, ticket_id: int, issue: tuple[str, int], by: str) -> None:
        """Raises CannotLink, and CannotStore. The same issue after the same decision is the same work."""
        newest = self.decisions.of_ticket(ticket_id, limit=1)
        if not newest:
            raise CannotLink(f"No decision about ticket {ticket_id} is known.")
        project, iid = issue
        held = [one for one in self.links.of_ticket(ticket_id) if (one.project, one.iid) == issue]
        if any(one.following != "removed" for one in held):
            raise CannotLink(f"Ticket {ticket_id} has {project}#{iid} already.")
        cause = LinkChosen(project=project, iid=iid, by=by)
        key = f"desk:{newest[0].run_id}:link:{project}#{iid}"
        self.accept([Work(TriageTicket(key=key, accepted_at=self.now(), ticket_id=ticket_id, cause=cause))])
