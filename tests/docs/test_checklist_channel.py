"""CONTRIBUTING says that a channel needs nothing but YAML: here one is added to the shipped files."""

from __future__ import annotations

import pytest

from app.rules.channels import describe_channel, recognise_channel
from app.rules.conditions.context import Facts
from app.rules.loading import Rules, load
from app.rules.matching.matching import match
from app.rules.parsing.positions import BadRules
from app.ticket import Ticket, Via
from tests.support.rules import NOW
from tests.support.shipped import MACROS, ROUTING, SHIPPED

BEFORE_EMAIL = "  # Last, because notifications of the channels above come by e-mail too.\n"
STANZA = r"""  lemmy:
    title: Lemmy
    recognise:
      - {tags: [lemmy, channel__lemmy]}
      - {addresses: ["*@lemmy.example"]}
    public: true
    reply: elsewhere
    where: https?://lemmy\.example/[^\s<>"')]+
"""
ROUTE = """routes:
  - name: only-on-lemmy
    archetype: mention
    when: {channel: lemmy, phrases: [pointsman]}
    why: Nobody else says that.
"""
MAIL = Via("email", addresses=("notify@lemmy.example",))
TICKET = Ticket(1, via=MAIL, body="https://lemmy.example/@a/1 pointsman")


@pytest.fixture(scope="module")
def rules() -> Rules:
    assert ROUTING.count(BEFORE_EMAIL) == 1
    assert ROUTING.count("\nroutes:\n") == 1
    with_channel = ROUTING.replace(BEFORE_EMAIL, STANZA + BEFORE_EMAIL)
    return load(with_channel.replace("\nroutes:\n", f"\n{ROUTE}"), MACROS)


def test_it_is_recognised_before_the_mail_that_brings_it(rules: Rules) -> None:
    assert recognise_channel(SHIPPED.routing.channels, TICKET) == "email"
    assert recognise_channel(rules.routing.channels, TICKET) == "lemmy"


def test_it_is_described_as_its_stanza_says(rules: Rules) -> None:
    described = describe_channel(rules.routing.channels, TICKET)
    assert (described.public, described.reply) == (True, "elsewhere")
    assert described.link == "https://lemmy.example/@a/1"


def test_routes_can_name_it(rules: Rules) -> None:
    first = match(rules.matcher, TICKET, Facts(), NOW).first()
    assert first is not None
    assert first.route == "only-on-lemmy"


def test_a_misspelt_one_is_an_error_with_a_suggestion() -> None:
    wrong = ROUTING.replace(BEFORE_EMAIL, STANZA + BEFORE_EMAIL).replace(
        "\nroutes:\n", f"\n{ROUTE.replace('channel: lemmy', 'channel: lemmi')}"
    )
    with pytest.raises(BadRules, match="lemmy"):
        load(wrong, MACROS)
