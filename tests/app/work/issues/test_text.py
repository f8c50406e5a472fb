"""What of a report issues are compared by."""

from __future__ import annotations

import pytest

from app.work.issues.text import Report

MATTER = "The runner on arm64 stops after the upgrade to 16.9."


@pytest.mark.parametrize(
    "below",
    [
        "",
        "Best regards,\n[name removed]\nAcme Inc.",
        "-----Original Message-----\nFrom: [name removed]\nSent: Monday\nSubject: RE: invoice\n\nPlease pay.",
        "This e-mail is confidential and intended only for the addressee.",
    ],
)
def test_reports_are_compared_by_their_authors_words_and_keep_the_whole_text(below: str) -> None:
    report = Report("Bug", f"{MATTER}\n\n{below}", {})
    assert report.words == MATTER
    assert report.body.endswith(below)


def test_a_report_of_which_nothing_is_left_is_compared_whole() -> None:
    assert Report("Re: Bug", "> the runner stops", {}).words == "> the runner stops"
