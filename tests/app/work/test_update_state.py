"""The states of a ticket's update: every edge, and that there is no other way."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from app.records.decisions import UpdateState
from app.work.update_state import EDGES, MAY_BE_APPLIED, Event, IllegalTransition, advance

STATES: tuple[UpdateState, ...] = get_args(UpdateState)
EVENTS: tuple[Event, ...] = get_args(Event)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        ("not_sent", "send", "sending"),
        ("not_sent", "queue", "in_outbox"),
        ("in_outbox", "send", "sending"),
        ("in_outbox", "take_back", "not_applied"),
        ("sending", "accept", "applied"),
        ("sending", "refuse", "not_applied"),
        ("sending", "queue", "in_outbox"),
        ("sending", "lose_answer", "unknown"),
        ("unknown", "find", "applied"),
        ("unknown", "miss", "not_applied"),
        ("not_applied", "send", "sending"),
        ("not_applied", "queue", "in_outbox"),
        ("not_applied", "find", "applied"),
    ],
)
def test_each_edge(before: UpdateState, event: Event, after: UpdateState) -> None:
    assert advance(before, event) == after


@pytest.mark.parametrize(("before", "event"), sorted(set(product(STATES, EVENTS)) - set(EDGES)))
def test_there_is_no_other_way(before: UpdateState, event: Event) -> None:
    with pytest.raises(IllegalTransition, match=before):
        advance(before, event)


def test_every_state_can_be_reached_and_only_what_is_applied_is_final() -> None:
    reached: set[UpdateState] = {"not_sent"}
    frontier: set[UpdateState] = {"not_sent"}
    while frontier:
        frontier = {after for (before, _), after in EDGES.items() if before in frontier} - reached
        reached |= frontier
    assert reached == set(STATES)
    assert set(STATES) - {before for before, _ in EDGES} == {"applied"}


def test_what_may_be_applied_is_looked_up_before_it_is_sent_again() -> None:
    assert not {state for state in MAY_BE_APPLIED if (state, "send") in EDGES}


def test_events_in_a_row() -> None:
    assert advance("not_sent", "send", "lose_answer", "miss", "send", "accept") == "applied"
