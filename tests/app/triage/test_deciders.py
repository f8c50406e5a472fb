"""Whose choice a tag is."""

from __future__ import annotations

import pytest

from app.rules.verdict import Previous
from app.ticket import Ticket
from app.triage.deciders import chosen_by_person

SURE = "confidence__high"
PRAISE, BUG, SPAM = "archetype__mention", "archetype__bug_report", "archetype__spam"


@pytest.mark.parametrize(
    ("tags", "previous", "chosen"),
    [
        ((PRAISE,), None, "mention"),
        ((PRAISE,), Previous("mention", (PRAISE,)), None),
        ((PRAISE, BUG), Previous("mention", (PRAISE,)), "bug_report"),
        ((BUG,), Previous("mention", (PRAISE,)), "bug_report"),
        ((PRAISE,), Previous("bug_report", (PRAISE, BUG)), "mention"),
        ((PRAISE, BUG), Previous("bug_report", (PRAISE, BUG)), None),
        ((), Previous("mention", (PRAISE,)), None),
        (("vip",), Previous("mention", (PRAISE,)), None),
        ((SPAM,), Previous(None, ("needs_triage",)), "spam"),
        ((BUG, SURE), Previous("bug_report", (BUG, "confidence__medium")), "bug_report"),
        ((BUG, SURE), Previous("bug_report", (BUG, SURE)), None),
        ((BUG, SURE, SPAM), Previous("bug_report", (BUG, "confidence__medium")), "spam"),
        ((SURE,), Previous("bug_report", (BUG, "confidence__medium")), None),
        ((SURE,), Previous(None, ("needs_triage",)), None),
    ],
    ids=[
        "first",
        "ours",
        "added",
        "changed",
        "changed back",
        "not yet off",
        "removed",
        "other tags",
        "abstained",
        "confirmed",
        "sure before",
        "corrected",
        "removed and confirmed",
        "nothing to confirm",
    ],
)
def test_a_person_chose_what_we_did_not_set_or_what_came_back(
    tags: tuple[str, ...], previous: Previous | None, chosen: str | None
) -> None:
    assert chosen_by_person(Ticket(1, tags=tags), previous) == chosen
