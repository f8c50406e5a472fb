"""Subjects that went through many mail programs."""

from __future__ import annotations

import pytest

from app.message.subjects import Subject, read_subject


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("Crash", Subject("Crash", "new")),
        ("Re: RE: FW:", Subject("", "reply")),
        ("[EXTERNAL] SV: Crash", Subject("Crash", "reply")),
        ("RE[2]: Crash", Subject("Crash", "reply")),
        ("Re(2): Crash", Subject("Crash", "reply")),
        ("回复：Crash", Subject("Crash", "reply")),
        ("Antw: Crash", Subject("Crash", "reply")),
        ("***SPAM*** Crash", Subject("Crash", "new")),
        ("RE^2: Crash", Subject("Crash", "reply")),
        ("RE RE: Crash", Subject("Crash", "reply")),
        ("ΠΡΘ: Crash", Subject("Crash", "forward")),
        ("轉發: Crash", Subject("Crash", "forward")),
        ("رد: Crash", Subject("Crash", "reply")),
        ("Přeposláno: Crash", Subject("Crash", "forward")),
        ("[WARNING: EXTERNAL] (External) Crash", Subject("Crash", "new")),
        ("EXTERNAL: **EXTERNAL** Crash", Subject("Crash", "new")),
        ("[JIRA] (ABC-1) Crash", Subject("Crash", "new")),
        ("Ticket #1234: Crash", Subject("Crash", "new")),
        ("[16.9] Pages are down", Subject("[16.9] Pages are down", "new")),
        ("[500] on merge", Subject("[500] on merge", "new")),
        ("HA: failover breaks", Subject("HA: failover breaks", "new")),
        ("UTF-8: names are garbled", Subject("UTF-8: names are garbled", "new")),
        ("[Ticket 123] Re: Crash", Subject("Crash", "reply")),
        ("WG: AW: Crash", Subject("Crash", "forward")),
        ("Re-run: jobs stay pending", Subject("Re-run: jobs stay pending", "new")),
        ("[gitlabhq] Crash", Subject("[gitlabhq] Crash", "new")),
    ],
)
def test_marks_are_taken_off_and_the_outermost_tells_the_kind(subject: str, read: Subject) -> None:
    assert read_subject(subject) == read
