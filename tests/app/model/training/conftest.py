"""A small training set that is quickly learned: three archetypes that hardly share a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.model.training.examples import TrainingExample
from app.ticket import Requester, Ticket

TEXTS = {
    "stability_complaint": (
        "gitlab.com is down again",
        "502 on every page",
        "pushes hang",
        "slow as a snail",
        "site unreachable",
    ),
    "feature_request": (
        "please add dark mode",
        "would be nice to pin boards",
        "add support for emoji",
        "wish for a calendar",
        "let me sort labels",
    ),
    "spam": (
        "win bitcoin now",
        "cheap pills here",
        "earn money from home",
        "casino bonus for you",
        "free followers today",
    ),
}
PLACES = ("in berlin", "at work", "with my cat", "on monday", "since lunch", "for the team", "at school", "in rome")


def example(number: int, archetype: str, text: str, at: datetime | None = None) -> TrainingExample:
    return TrainingExample(
        Ticket(id=f"t-{number:03}", body=text, channel="twitter", requester=Requester(handle=f"@u{number}")),
        archetype,
        "shipped" if at is None else "correction",
        at=at,
    )


@pytest.fixture
def examples() -> list[TrainingExample]:
    """40 of each, the first without a date, the last of the newest."""
    made: list[TrainingExample] = []
    for place, where in enumerate(PLACES):
        for archetype, texts in TEXTS.items():
            for text in texts:
                at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=place) if place else None
                made.append(example(len(made), archetype, f"{text} {where} number{len(made)}x", at))
    return made
