"""The kill test's reading of a ticket whose issue was closed: told so once, not never and not twice."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.zendesk.client import RUN_KEY
from tests.chaos.outcome import BOT_ID, Seen, ticket_problems
from tests.chaos.users import KINDS, User

BUG = KINDS[0]
NEWS = "The issue gitlab-org/gitlab#7 was closed as done."


def ticket(*notes: str) -> dict[str, Any]:
    """With one write of ours, and one comment, for each note."""
    runs = [f"run-{number}" for number, _ in enumerate(notes)]
    return {
        "id": 1,
        "tags": [f"archetype__{BUG.archetype}", "pointsman_done", *(["issue_closed"] if NEWS in notes else [])],
        "comments": [{"author_id": BOT_ID, "public": False, "body": note} for note in notes],
        "audits": [{"author_id": BOT_ID, "metadata": {"custom": {RUN_KEY: run}}, "events": []} for run in runs],
    }


@pytest.mark.parametrize(
    ("notes", "closed", "told"),
    [
        (["Opened."], False, True),
        (["Opened.", NEWS], True, True),
        (["Opened."], True, False),
        (["Opened.", NEWS, NEWS], True, False),
        (["Opened.", NEWS], False, False),
    ],
)
def test_a_closed_issue_is_notified_once(notes: list[str], *, closed: bool, told: bool) -> None:
    decision: dict[str, Any] = {"state": "done", "archetype": BUG.archetype, "history": []}
    problems = list(ticket_problems(Seen(User(1, "word", BUG), ticket(*notes), decision, news=closed)))
    assert (not problems) is told, problems
