"""The states of one update of a ticket, and what leads from one to another. Pure.

The state is stored with the decision before a request leaves, so a process that dies leaves behind what has to be
looked up. `docs/architecture.md` draws the same edges.

- `not_sent`: decided, and nothing has left yet
- `in_outbox`: waits for a bulk job
- `sending`: the request may be on its way
- `applied`: it is in the ticket
- `not_applied`: it is not in the ticket, as far as anybody can tell
- `unknown`: its answer was lost, and the ticket's audits have to say
"""

from typing import Literal

from app.records.decisions import UpdateState

Event = Literal["send", "queue", "take_back", "accept", "refuse", "lose_answer", "find", "miss"]
"""`send`: the request is about to leave; `queue`: it goes to the outbox, and `take_back`: out of it; `accept` and
`refuse`: what Zendesk answered, or that nothing left; `lose_answer`: no answer came, or the process died; `find` and
`miss`: whether the ticket's audits name the run."""

EDGES: dict[tuple[UpdateState, Event], UpdateState] = {
    ("not_sent", "send"): "sending",
    ("not_sent", "queue"): "in_outbox",
    ("in_outbox", "send"): "sending",
    ("in_outbox", "take_back"): "not_applied",
    ("sending", "accept"): "applied",
    ("sending", "refuse"): "not_applied",
    ("sending", "queue"): "in_outbox",
    ("sending", "lose_answer"): "unknown",
    ("unknown", "find"): "applied",
    ("unknown", "miss"): "not_applied",
    # Decided again: the next request.
    ("not_applied", "send"): "sending",
    ("not_applied", "queue"): "in_outbox",
    # The request of a process that was killed arrived after all.
    ("not_applied", "find"): "applied",
}


class IllegalTransition(Exception):
    """Our own mistake: an update cannot go this way."""

    def __init__(self, state: UpdateState, event: Event) -> None:
        super().__init__(f"an update that is {state} cannot {event}")


def advance(state: UpdateState, *events: Event) -> UpdateState:
    """The state after these events. Raises IllegalTransition."""
    for event in events:
        if (state, event) not in EDGES:
            raise IllegalTransition(state, event)
        state = EDGES[state, event]
    return state


MAY_BE_APPLIED: frozenset[UpdateState] = frozenset({"sending", "unknown"})
"""To be looked up before anything else is decided about the ticket."""
