"""When one phrase is found wherever another is."""

from __future__ import annotations

import pytest

from app.rules.implication import contains_phrase


@pytest.mark.parametrize(
    ("longer", "shorter", "contains"),
    [
        ("is it down", "down", True),
        ("is it down", "it", True),
        ("is it down", "is it", True),
        ("download", "down", False),
        ("download", "down*", True),
        ("download*", "down*", True),
        ("down*", "down", False),
        ("down", "down*", True),
        ("error:502", "502", True),
        ("1502 502", "502", True),
        ("over_load", "load", False),
        ("a", "a b", False),
        ("x (a)", "(a)", True),
    ],
)
def test_contains_phrase(longer: str, shorter: str, contains: bool) -> None:
    assert contains_phrase(longer, shorter) is contains
