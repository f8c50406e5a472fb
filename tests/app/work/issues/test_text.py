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
        "[name removed]\nACME GmbH\n[phone removed]\n[email removed]\nwww.acme.example",
        "[name removed]\nHead of IT\nACME Ltd.",
        "Thanks!\nJane\n\nJane Roe\nHead of IT, ACME Ltd.\nT: [phone removed]\n\nRegistered in England.",
        "-----Original Message-----\nFrom: [name removed]\nSent: Monday\nSubject: RE: invoice\n\nPlease pay.",
        "This e-mail is confidential and intended only for the addressee.",
    ],
)
def test_reports_are_told_and_compared_by_their_authors_words(below: str) -> None:
    assert Report("Bug", f"{MATTER}\n\n{below}", {}).words == MATTER


def test_a_report_of_which_nothing_is_left_is_compared_whole() -> None:
    assert Report("Re: Bug", "> the runner stops", {}).words == "> the runner stops"
