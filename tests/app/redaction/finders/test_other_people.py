"""Names that a header or a signature gives away."""

from __future__ import annotations

import pytest

from app.redaction import redact

P = "[person removed]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("To: Ann Example; Bob Example\nSubject: x", f"To: {P}; {P}\nSubject: x"),
        ("To: Ann Example, Bob Example\nCc: Eve Roe\n", f"To: {P}, {P}\nCc: {P}\n"),
        ("> An: Ann Example; Bob Example; Eve Roe\n", f"> An: {P}; {P}; {P}\n"),
        ("**To:** Ann Example; Bob Example\n", f"**To:** {P}; {P}\n"),
        ("To: 'Ann Example'; 'Bob Example'\n", f"To: '{P}'; '{P}'\n"),
        ("To: Ann Example;\n    Bob Example\nSubject: x", f"To: {P};\n    {P}\nSubject: x"),
        ("To: Ann Example <ann@corp.example>; Bob Example <bob@corp.example>\n",
         f"To: {P} <[email removed]>; {P} <[email removed]>\n"),
        ("From: Harold Finch\nTo: John Reese; Sameen Shaw\n\nJohn, can you check?\n\nHarold Finch",
         f"From: {P}\nTo: {P}; {P}\n\n{P}, can you check?\n\n{P}"),
        ("It fails for Oskar Roe too.\n\nCheers,\nOskar Roe", f"It fails for {P} too.\n\nCheers,\n{P}"),
        ("From: Harold Finch\n\nSee https://harold.example or ask Harold Finch.",
         f"From: {P}\n\nSee https://harold.example or ask {P}."),
        ("From: Harold Finch\n\nHAROLD FINCH wrote that Harold's runner fails.",
         f"From: {P}\n\n{P} wrote that {P}'s runner fails."),
    ],
)  # fmt: skip
def test_goes(text: str, left: str) -> None:
    assert redact(text).text == left


@pytest.mark.parametrize(
    "text",
    [
        "To: reproduce; click Save, then push\n",
        "To: do; later\n",
        "Para: 1; 2\n",
        "To: GitLab Support; Everyone\n",
    ],
)
def test_a_list_of_other_things_stays(text: str) -> None:
    assert redact(text).text == text


def test_a_word_that_the_text_uses_as_one_stays() -> None:
    text = "From: Acme Gateway\n\nThe gateway says 502 Bad Gateway. Docker, Ruby and Acme are installed."
    assert redact(text).text == f"From: {P}\n\nThe gateway says 502 Bad Gateway. Docker, Ruby and {P} are installed."
