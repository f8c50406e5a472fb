"""The queues that work waits in; each message names its own.

A partition holds within its queue, so all work on tickets is in `tickets`, and all on issues in `bulk`. What must not
wait behind bulk work has a queue of its own.
"""

TICKETS, WRITING, BULK = "tickets", "writing", "bulk"
QUEUES = (TICKETS, WRITING, BULK)

CRON_KEYS = "cron:"
"""How the keys of scheduled runs begin, and of the work that they lead to."""
