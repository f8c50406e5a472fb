"""The note says as whom to answer, how long the answer is there, and where the links of the text lead."""

from __future__ import annotations

import pytest

from app.rules.actions.findings import Found
from app.rules.loading import Rules
from app.ticket import ShortLink, Ticket
from app.work.messages import TicketDecision
from app.work.tickets.compose import compose
from app.work.tickets.render import note_blocks
from integrations.zendesk.notes import note_html
from tests.app.work.tickets.test_render import HELLO, NOTE, decision
from tests.support.rules import HEAD, rules

TWITTER = (
    "reply: zendesk, longest: {most}, counted: x, answer_as: '@gitlab', "
    "answer_as_addressed: {{'@status': [bug_report]}}"
)
MACROS = """
version: 1
macros:
  Hello::All: {placeholders: [name, answer], text: {default: "Hello ${name}: ${answer}"}}
"""


def given(most: int) -> Rules:
    return rules(
        head=HEAD.replace("public: true, reply: zendesk", f"public: true, {TWITTER.format(most=most)}"), macros=MACROS
    )


def shown(most: int, body: str = "hello @gitlab", *links: ShortLink) -> str:
    note = NOTE.model_copy(update={"links": links})
    made = said_by(decision(HELLO, note), body)
    change = compose(made, Found(), given(most))
    return note_html([*note_blocks(made, change)], 6000)


def said_by(made: TicketDecision, body: str) -> TicketDecision:
    return made.model_copy(update={"judged": Ticket(5, body=body), "answer": "hey"})


@pytest.mark.parametrize(("body", "account"), [("hello @gitlab", "@gitlab"), ("hello @status", "@status")])
def test_the_note_says_as_whom_to_answer(body: str, account: str) -> None:
    assert f"Send the answer below as {account}." in shown(280, body)


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (280, "Answer for Twitter, 14 characters as X counts them"),
        (10, "Answer for Twitter, 10 characters as X counts them"),
        (9, "Shorten it first: Twitter takes 9 characters, and it has 10."),
    ],
)
def test_an_answer_that_is_too_long_is_said_to_be_so_and_never_cut(most: int, said: str) -> None:
    note = shown(most)
    assert said in note
    assert "Hello" in note


def test_an_answer_that_is_too_long_is_not_sent() -> None:
    made = said_by(decision(HELLO.model_copy(update={"sent": True}), NOTE), "hello")
    assert compose(made, Found(), given(280)).reply == "Hello Sam: hey"
    assert compose(made, Found(), given(9)).reply == ""


def test_the_note_names_the_page_that_a_short_link_leads_to() -> None:
    link = ShortLink("https://t.co/a", "https://e.org/7", "GitLab 16.4 <b>released</b>")
    assert ">https://e.org/7</a> (GitLab 16.4 &lt;b&gt;released&lt;/b&gt;)</p>" in shown(280, "x", link)
