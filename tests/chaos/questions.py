"""Advocates ask an expert in the chat while the service is killed: each question is one message, and one note."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.tags import ASK_TAG, ASKED_TAG
from tests.chaos.sender import Sender
from tests.support.processes import RunningSandbox

EXPERT = "ldap"
NONE = "  # experts: {ldap: {channel: C0123456789, title: Authentication}}\n"
"""Of the shipped routing.yaml."""
RULES = (NONE, NONE.replace("# ", ""))
KEY = "question"


@dataclass
class Askers:
    sandbox: RunningSandbox
    sender: Sender
    advocate_id: int
    asked: set[int] = field(default_factory=set)
    """By ticket."""
    _timers: list[threading.Timer] = field(default_factory=list)

    def ask_later(self, ticket_id: int, seconds: float, delays: list[float]) -> None:
        self.asked.add(ticket_id)
        timer = threading.Timer(seconds, self._ask, (ticket_id, delays))
        self._timers.append(timer)
        timer.start()

    def join(self) -> None:
        for timer in self._timers:
            timer.join()

    def _ask(self, ticket_id: int, delays: list[float]) -> None:
        zendesk = self.sandbox.zendesk
        zendesk("add_tag", ticket_id=ticket_id, tag=ASK_TAG + EXPERT, actor_id=self.advocate_id)
        stamp = zendesk("ticket", ticket_id=ticket_id)["updated_at"]
        actor = self.advocate_id
        self.sender.send_ticket(ticket_id, "ticket.updated", updated_at=stamp, actor_id=actor, delays=delays)


def question_problems(asked: Mapping[int, Mapping[str, Any]], messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """`asked`: the tickets, as the sandbox shows them; `messages`: all of the chat."""
    heard = Counter(int(one["key"].split(":")[1]) for one in messages if one["key"].startswith(f"{KEY}:"))
    for ticket_id in heard.keys() | asked.keys():
        if heard[ticket_id] != (ticket_id in asked):
            yield f"ticket {ticket_id}: asked {heard[ticket_id]} times in the chat"
    for ticket_id, ticket in asked.items():
        if ASKED_TAG + EXPERT not in ticket["tags"] or ASK_TAG + EXPERT in ticket["tags"]:
            yield f"ticket {ticket_id}: tags {ticket['tags']} after it was asked about"
        notes = sum("in the chat: http" in comment["body"] for comment in ticket["comments"])
        if notes != 1:
            yield f"ticket {ticket_id}: {notes} notes with the link to its question"
