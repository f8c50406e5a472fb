"""Labels that say the same are the same, however they are spelled."""

from __future__ import annotations

import pytest

from app.work.issues.labels import has_label


@pytest.mark.parametrize(
    ("label", "listed"),
    [
        ("Closed::Wontfix", "wontfix"),
        ("closed::wontfix", "Closed::Won't Fix"),
        ("WON'T_FIX", "won't fix"),
        ("resolution::cannot reproduce", "cannot-reproduce"),
        ("auto-closed", "Auto Closed"),
        ("status: stale", "stale"),
        (":stale:", "stale"),
        ("lifecycle/stale", "stale"),
        ("closed - not planned", "not planned"),
        ("🚫", "🚫"),
    ],
)
def test_case_scope_and_spelling_make_no_difference(label: str, listed: str) -> None:
    assert has_label(["bug", label], [listed])


@pytest.mark.parametrize(("label", "listed"), [("stalemate", "stale"), ("wontfix::never", "wontfix"), ("🚫", "✅")])
def test_other_labels_are_others(label: str, listed: str) -> None:
    assert not has_label([label], [listed])
