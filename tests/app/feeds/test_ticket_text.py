"""What an advocate reads of a mention."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.feeds.mention import LONGEST_TEXT, Mention
from app.feeds.ticket_text import body_text, requester_of, subject_line, ticket_body

AT = datetime(2026, 11, 28, 10, tzinfo=UTC)


def mention(**given: Any) -> Mention:
    return Mention.model_validate({"source": "reddit", "id": "1", "url": "https://redd.it/x", "title": "T", **given})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("See <a href='https://e.org/x'>this</a>", "See [this](https://e.org/x)"),
        ("See <a href='https://e.org/x'>https://e.org/x</a>", "See https://e.org/x"),
        ("See <a href='https://e.org/a-long-path'>e.org/a-long-p...</a>", "See https://e.org/a-long-path"),
        ("<pre>  a\n   b</pre>", "a\n   b"),
        ("a<script>alert(1)</script><style>p{}</style>", "a"),
        ("<ul><li>one<li>two</ul>", "* one\n  * two"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_html_becomes_text_with_its_links(html: str, text: str) -> None:
    assert ticket_body(mention(html=html), "Reddit").split("\n\nPosted on")[0] == text


@pytest.mark.parametrize(
    "html",
    ['<div style="padding-left:900em">' * 50 + "x<br>" * 5000, "<ul>" * 200 + "<li>x" * 11_000, "[" * 60_000],
    ids=["asks for space by style", "lists in lists", "brackets"],
)
def test_a_small_markup_becomes_no_large_text(html: str) -> None:
    assert len(body_text(mention(html=html))) <= LONGEST_TEXT


def test_under_it_stands_where_and_when() -> None:
    thread = {"url": "https://redd.it/thread", "title": "What do you use?"}
    body = ticket_body(mention(text="GitLab", published_at=AT, thread=thread), "Reddit")
    assert body == (
        "GitLab\n\nPosted on Reddit, 2026-11-28 10:00 UTC: https://redd.it/x\n"
        "In the thread What do you use?: https://redd.it/thread"
    )


def test_the_subject_is_the_title_or_how_the_text_begins() -> None:
    assert subject_line(mention(title="Why GitLab")) == "Why GitLab"
    long = subject_line(mention(title="", text="pipelines are stuck " * 20))
    assert long.endswith("pipelines are stuck …")
    assert len(long) <= 122


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"name": "Ada", "handle": "@ada"}, "Ada"),
        ({"handle": "ada"}, "@ada"),
        ({}, "Somebody on Reddit"),
    ],
)
def test_a_requester_has_a_name_and_nothing_invented(author: dict[str, str], name: str) -> None:
    assert requester_of(mention(author=author), "Reddit").name == name


def test_who_is_told_apart_by_case_stays_told_apart_and_nobody_shares_an_account() -> None:
    ids = {
        requester_of(mention(**given), "Reddit").external_id.lower()
        for given in (
            {"author": {"handle": "pg"}},
            {"author": {"handle": "PG"}},
            {"author": {"name": "pg x"}},
            {"id": "1"},
            {"id": "2"},
        )
    }
    assert len(ids) == 5
