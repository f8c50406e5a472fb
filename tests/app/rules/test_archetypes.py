"""A private archetype cannot be made public by its own keys."""

from __future__ import annotations

import pytest

from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from tests.support.shipped import MACROS, ROUTING

PRIVATE = "    private: true"
ISSUE = "issue: {tracker: product, template: Issue::Bug Report"


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (f"{ISSUE}}}", "needs `confidential: always`"),
        (f"{ISSUE}, confidential: never}}", "needs `confidential: always`"),
        ("caps: {reply: 1}\n    mode: live", ""),
        (f"{ISSUE}, confidential: always}}", ""),
    ],
)
def test_the_issue_of_a_private_archetype_is_always_confidential(keys: str, problem: str) -> None:
    text = ROUTING.replace(PRIVATE, f"    {keys}\n{PRIVATE}", 1)
    if not problem:
        assert load(text, MACROS).routing.archetypes["security_report"].private
        return
    with pytest.raises(BadRules, match=problem):
        load(text, MACROS)


def test_a_private_archetype_has_no_live_reply() -> None:
    text = ROUTING.replace('"Security::Report Received"}', '"Security::Report Received", mode: live}', 1)
    with pytest.raises(BadRules, match="cannot be `live`"):
        load(text, MACROS)
