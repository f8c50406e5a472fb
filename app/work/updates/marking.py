"""Write down what tickets are told, once the telling is queued; and count the reports of an issue anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.records.links import Link, Links
from app.rulebook import Rulebook
from app.work.engine.engine import JSON

MOST_IN_A_JOB = 100
"""Tickets in one bulk job of Zendesk's."""


@dataclass(frozen=True)
class Marking:
    links: Links
    rulebook: Rulebook
    now: Callable[[], datetime]

    def plan(self, tickets: int) -> JSON:
        """How many tickets go into a bulk job; 0: each by itself. A step, so that a changed limit changes nothing."""
        return {"bulk": MOST_IN_A_JOB if tickets >= self.rulebook.current().routing.limits.bulk_from else 0}

    def mark(self, marks: list[JSON]) -> JSON:
        now = self.now().isoformat()
        for one in marks:
            link, to = Link(**one["link"]), (int(one["project_id"]), int(one["iid"]))
            if to != (link.project_id, link.iid):
                self.links.relink(link, to, project=one["project"], url=one["url"], now=now)
            self.links.tell(link, state=one["state"], told=one["told"], now=now)
        for project_id, project in {(int(one["project_id"]), str(one["project"])) for one in marks}:
            self.links.renamed(project_id, project)
        return {"marked": len(marks)}
