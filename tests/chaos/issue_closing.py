"""Closes issues while the service is killed, and sends the webhook until it was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.chaos.api import ApiClient
from tests.chaos.processes import until
from tests.chaos.users import PROJECT, User
from tests.support.processes import RunningSandbox

PATIENCE = 90.0


@dataclass
class IssueCloser:
    sandbox: RunningSandbox
    service: str
    closed: set[int] = field(default_factory=set)
    """By iid, in PROJECT."""

    def close_some(self, users: Mapping[int, User], count: int) -> None:
        """Of the issues that were opened for a ticket, once that is done."""
        api = ApiClient(self.service)
        for _ in range(count):
            self.close(until(lambda: self._opened(users, api), PATIENCE, "there was no issue to close")[0])
        api.close()

    def close(self, iid: int) -> None:
        self.sandbox.gitlab("close_issue", project=PROJECT, iid=iid, reason="merge_request")
        self.closed.add(iid)
        until(lambda: self._taken(iid), PATIENCE, "the hook was not taken")

    def _opened(self, users: Mapping[int, User], api: ApiClient) -> list[int]:
        for ticket_id, user in list(users.items()):
            if user.kind.issue != "opened":
                continue
            try:
                decision = api.decision(ticket_id)
            except httpx.HTTPError:
                return []
            iids = [link["iid"] for link in decision.get("links", ()) if link["iid"] not in self.closed]
            if iids and decision["state"] == "done":
                return iids
        return []

    def _taken(self, iid: int) -> bool:
        """GitLab itself sends once, and what is lost is found by the comparison, every ten minutes. That is too long
        for a test: here somebody presses "Resend" until it is accepted, and once more."""
        statuses = self.sandbox.gitlab("deliver", project=PROJECT, iid=iid, action="close", times=2)
        return bool(statuses) and all(200 <= status < 300 for status in statuses)
