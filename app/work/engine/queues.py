"""Which queue work waits in, by its workflow's name: a command that only queues work knows it too.

A partition holds within its queue, so all work on tickets is in `tickets`, and all on issues in `bulk`. What must not
wait behind bulk work has a queue of its own.
"""

from __future__ import annotations

TICKETS, WRITING, BULK = "tickets", "writing", "bulk"
QUEUES = (TICKETS, WRITING, BULK)

CRON_KEYS = "cron:"
"""How the keys of scheduled runs begin, and of the work that they lead to."""

_NOT_TICKETS = {
    "write_many": WRITING,
    "tell_many": BULK,
    "follow_issue": BULK,
    "count_reports": BULK,
    "relay_note": BULK,
    "sync_issues": BULK,
    "compare_issues": BULK,
    "compare_tickets": BULK,
    "feed_tickets": BULK,
    "look_for_wave": BULK,
    "chat_round": BULK,
    "prune": BULK,
}


def queue_of(workflow: str) -> str:
    return _NOT_TICKETS.get(workflow, TICKETS)
