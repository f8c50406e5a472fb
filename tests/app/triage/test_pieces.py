"""Where the piece stands that made a rule hold: in the ticket's text as it was read, whatever was left out of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.message.own_words import own_lines
from app.message.short_links import place_as_written, spelled_out
from app.message.subjects import Subject
from app.rules.folding import fold
from app.ticket import ShortLink, Ticket
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from tests.support.rules import rules

PHRASES = ("can't push", "is down", "größe")
RULES = rules(
    "".join(f'\n  - {{name: r{n}, archetype: mention, when: {{phrases: ["{one}"]}}}}' for n, one in enumerate(PHRASES))
    + "\n  - {name: link, archetype: mention, when: {patterns: ['status[.]example']}}"
)
JUDGEMENT = Judgement(lambda _: Language("en", "a test says so"))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LINK = ShortLink("https://t.co/a", "https://status.example.org/incidents")
LINES = [
    *("I can’t  push", "It **is** down!", "the gr\u00f6\u00dfe&nbsp;is down", "Größe", "no matter", "", "  "),
    *("> I can't push", "> is down", "see https://t.co/a for it", "Hello,", "Dear team,", "Best regards,", "Ada"),
    *("On Mon, 3 Mar 2025 at 10:00, Bob <b@e.org> wrote:", "image.png", "-- ", "Sent from my iPhone", "\u200b"),
]


def entries(subject: str, body: str) -> list[dict[str, Any]]:
    ticket = Ticket(1, subject=subject, body=body, channel="twitter", short_links=(LINK,))
    judged = judge(RULES, ticket, JUDGEMENT, now=NOW)
    return [entry for entry in judged.verdict.trace if entry["asked"].startswith("route:")]


@given(
    st.sampled_from(["", "Re: is down", "We can't push"]),
    st.lists(st.sampled_from(LINES), max_size=9),
    st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]),
)
def test_the_piece_folds_to_what_was_found(subject: str, lines: list[str], gap: str) -> None:
    texts = {"subject": subject, "body": gap.join(lines)}
    for phrase, entry in zip(PHRASES, entries(**texts), strict=False):
        assert ("start" in entry) == entry["matched"]
        if entry["matched"]:
            assert fold(phrase) in fold(texts[entry["part"]][entry["start"] : entry["end"]])


@pytest.mark.parametrize(
    ("body", "start", "piece"),
    [
        ("> is down\n\nIt is down here", 14, "is down"),
        ("Hello,\r\n\r\nis down\r\n\r\nBest regards,\r\nAda", 10, "is down"),
        ("  \n is down", 4, "is down"),
        ("See https://t.co/a: it is down", 23, "is down"),
        ("is down (https://t.co/a)", 0, "is down"),
    ],
)
def test_it_is_the_place_that_was_judged(body: str, start: int, piece: str) -> None:
    (found,) = [entry for entry in entries("", body) if entry["matched"] and entry["asked"] == "route:r1"]
    assert (found["part"], found["start"], body[found["start"] : found["end"]]) == ("body", start, piece)


def test_of_an_address_that_was_looked_up_it_is_the_link() -> None:
    body = "Hello,\nsee https://t.co/a for it"
    (found,) = [entry for entry in entries("", body) if entry["matched"]]
    assert body[found["start"] : found["end"]] == "https://t.co/a"


@given(st.text("aB >:\n\r\u2028 -", max_size=80))
def test_each_line_of_the_words_stands_where_it_says(text: str) -> None:
    for line in own_lines(Subject("", "new"), text):
        assert text[line.start : line.start + len(line)] == line


@given(st.lists(st.sampled_from(["see ", "https://t.co/a", " ", "x", "https://t.co/b", "."]), max_size=8).map("".join))
def test_what_is_no_link_is_found_again_behind_links(text: str) -> None:
    links = [LINK, ShortLink("https://t.co/b", "e.org")]
    whole = spelled_out(text, links)
    for at, character in enumerate(whole):
        start, end = place_as_written(text, links, at, at + 1)
        assert text[start:end] in {character, "https://t.co/a", "https://t.co/b"}
