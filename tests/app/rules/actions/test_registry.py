"""The registry of actions, and what they claim in the YAML."""

from __future__ import annotations

from collections import Counter

from app.rules.actions import ACTIONS
from app.rules.archetypes import ArchetypeConfig


def test_every_kind_occurs_once() -> None:
    names = [action.name() for action in ACTIONS]
    assert len(set(names)) == len(names)


def test_every_key_of_an_archetype_belongs_to_one_action_at_most() -> None:
    claimed = Counter(key for action in ACTIONS for key in action.keys.model_fields)
    assert max(claimed.values()) == 1
    assert claimed.keys() <= ArchetypeConfig.model_fields.keys()


def test_what_is_looked_up_comes_first_and_the_note_last() -> None:
    looked_up = [action.looks_up for action in ACTIONS]
    assert looked_up == sorted(looked_up, reverse=True)
    assert ACTIONS[-1].name() == "note"
