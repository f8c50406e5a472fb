"""Texts with placeholders: what is put in, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.macros import MissingValue, render, render_template, without_name
from app.rules.placeholders import REPLY_PLACEHOLDERS
from app.rules.post_length import PostLimit
from tests.support.rules import rules

MACROS = """\
version: 1
macros:
  A::Hello:
    text:
      default: |
        Hi ${name}, that costs $$5.
      twitter: Hi!
      forum: Hi ${name}, see ${issue_url}.
    placeholders: [name, issue_url]
    tags: [greeted]
    status: pending
    visibility: internal
templates:
  A::Report:
    placeholders: [report, version, edition, steps]
    text: |
      ## Report

      ${report}

      ## Steps

      ${steps}

      ## Where

      - Version: ${version}
      - Edition: ${edition}
"""
TEXTS = rules(macros=MACROS).macros


def test_fills_the_text_of_the_channel_or_the_default() -> None:
    said = render(TEXTS, "A::Hello", "email", {"name": "Ann"})
    assert said.text == "Hi Ann, that costs $5."
    assert (said.tags, said.status, said.visibility) == (("greeted",), "pending", "internal")
    assert render(TEXTS, "A::Hello", "twitter", {}).text == "Hi!"


@pytest.mark.parametrize("values", [{}, {"issue_url": ""}, {"isseu_url": "x"}, {"name": "Ann"}])
def test_never_shows_a_gap(values: dict[str, str]) -> None:
    with pytest.raises(MissingValue, match="macro `A::Hello` needs issue_url") as missing:
        render(TEXTS, "A::Hello", "forum", values)
    assert missing.value.reason == "placeholder_missing"


@given(st.text(min_size=1).filter(str.strip))
def test_values_are_never_looked_at_again(value: str) -> None:
    text = render(TEXTS, "A::Hello", "email", {"name": value + "${name}$${issue_url}", "issue_url": "secret"}).text
    assert text == f"Hi {value}${{name}}$${{issue_url}}, that costs $5."


ASKS = """\
version: 1
macros:
  A::Asks:
    text: {default: "See ${issue_url}\\nPlease add: ${missing}.\\n${asks}\\nBye", twitter: "See ${issue_url}"}
    without_issue: {default: "We have it.\\nPlease add: ${missing}."}
    placeholders: [issue_url, missing, asks]
"""


@pytest.mark.parametrize(
    ("channel", "values", "hidden", "text"),
    [
        ("email", {"issue_url": "U", "missing": "steps"}, False, "See U\nPlease add: steps.\nBye"),
        ("email", {"issue_url": "U", "missing": ""}, False, "See U\nBye"),
        ("email", {"issue_url": "U", "asks": "Which?"}, False, "See U\nWhich?\nBye"),
        ("email", {"missing": "steps"}, True, "We have it.\nPlease add: steps."),
        ("twitter", {}, True, "We have it."),
    ],
)
def test_asks_only_for_what_is_missing_and_names_no_hidden_issue(
    channel: str, values: dict[str, str], hidden: bool, text: str
) -> None:
    assert render(rules(macros=ASKS).macros, "A::Asks", channel, values, without_issue=hidden).text == text


def test_templates_leave_out_what_is_empty() -> None:
    text = render_template(TEXTS, "A::Report", {"report": "> it broke", "edition": "CE"})
    assert text == "## Report\n\n> it broke\n\n\n\n## Where\n\n- Edition: CE\n"


def test_templates_leave_out_a_heading_at_the_end() -> None:
    assert render_template(TEXTS, "A::Report", {"report": "x"}) == "## Report\n\nx\n"


def test_a_report_may_hold_anything() -> None:
    assert "# ${steps} $$" in render_template(TEXTS, "A::Report", {"report": "# ${steps} $$"})


def test_every_placeholder_says_what_it_means() -> None:
    assert all(placeholder.meaning for placeholder in REPLY_PLACEHOLDERS.values())


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Hi ${name}, thank you", "Hi, thank you"),
        ("Thank you for the idea, ${name}! More", "Thank you for the idea! More"),
        ("Glad that it works, ${name}, and thanks", "Glad that it works, and thanks"),
        ("for the write-up, ${name}; this", "for the write-up; this"),
        ("Good news, ${name}: that is done", "Good news: that is done"),
        ("Hi ${name},\n\nthank you", "Hi,\n\nthank you"),
        ("${name}: ${answer}", "${answer}"),
        ("${name}, thank you", "Thank you"),
        ("Hello\n${name}\nbye", "Hello\n\nbye"),
        ("Hello ${name}", "Hello"),
    ],
)
def test_a_text_reads_well_without_a_name(text: str, read: str) -> None:
    assert without_name(text) == read


LONG = """\
version: 1
macros:
  A::Long:
    text: {default: "Hi ${name}, see ${issue_url} for more of it", forum: "For ${name}: ${issue_url} and more of it"}
    shorter: {twitter: "See ${issue_url}", default: "${issue_url}!"}
    placeholders: [name, issue_url]
"""


@pytest.mark.parametrize(
    ("channel", "most", "text"),
    [
        ("twitter", None, "Hi Ann, see U for more of it"),
        ("twitter", 28, "Hi Ann, see U for more of it"),
        ("twitter", 27, "Hi, see U for more of it"),
        ("twitter", 23, "See U"),
        ("twitter", 3, "See U"),
        ("forum", 21, "For: U and more of it"),
        ("forum", 20, "U!"),
        ("email", 9, "U!"),
    ],
)
def test_a_text_that_is_too_long_gives_way_and_is_never_cut(channel: str, most: int | None, text: str) -> None:
    texts = rules(macros=LONG).macros
    given = render(texts, "A::Long", channel, {"name": "Ann", "issue_url": "U"}, limit=PostLimit(most))
    assert given.text == text
