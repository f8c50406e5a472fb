"""Which channel a ticket came by, and where it can be answered."""

from __future__ import annotations

import pytest

from app.rules.channels import ChannelOf, describe_channel, recognise_channel
from app.rules.loading import load
from app.ticket import Ticket, Via
from tests.support.rules import MACROS, routing, rules
from tests.support.shipped import SHIPPED

CHANNELS = rules().routing.channels


@pytest.mark.parametrize(
    ("ticket", "channel"),
    [
        (Ticket(1, channel="forum", via=Via("twitter")), "forum"),
        (Ticket(1, channel="fax"), "other"),
        (Ticket(1, via=Via("twitter", "direct_message")), "twitter_dm"),
        (Ticket(1, via=Via("twitter")), "twitter"),
        (Ticket(1, via=Via("api"), tags=("forum",)), "forum"),
        (Ticket(1, via=Via("chat")), "other"),
        (Ticket(1), "other"),
    ],
)
def test_what_the_source_states_counts_else_the_first_that_fits(ticket: Ticket, channel: str) -> None:
    assert recognise_channel(CHANNELS, ticket) == channel


def test_describes_where_to_answer() -> None:
    ticket = Ticket(1, channel="forum", body="See https://forum.gitlab.com/t/x/12 please")
    assert describe_channel(CHANNELS, ticket) == ChannelOf(
        "forum", True, "elsewhere", "https://forum.gitlab.com/t/x/12"
    )
    assert describe_channel(CHANNELS, Ticket(1, channel="forum")).link == ""


def test_finds_the_link_in_the_subject_too() -> None:
    assert describe_channel(CHANNELS, Ticket(1, channel="forum", subject="https://forum.gitlab.com/t/y")).link.endswith(
        "/t/y"
    )


def test_an_unknown_channel_is_private_and_answered_from_zendesk() -> None:
    assert describe_channel(CHANNELS, Ticket(1)) == ChannelOf("other", False, "zendesk", "")


def test_what_is_known_of_the_ticket_counts_more_than_its_channel() -> None:
    assert describe_channel(CHANNELS, Ticket(1, channel="forum", public=False)).public is False
    assert describe_channel(CHANNELS, Ticket(1, channel="twitter_dm", public=True)).public is True


def test_a_broken_character_does_not_hide_the_link() -> None:
    ticket = Ticket(1, channel="forum", body="\ud83d https://forum.gitlab.com/t/x")
    assert describe_channel(CHANNELS, ticket).link == "https://forum.gitlab.com/t/x"


def test_recognising_nothing_in_particular_recognises_nothing() -> None:
    text = routing().replace("forum: {title: Forum, recognise: {tags: forum}", "forum: {title: Forum, recognise: [{}]")
    assert recognise_channel(load(text, MACROS).routing.channels, Ticket(1)) == "other"


@pytest.mark.parametrize(
    ("via", "tags", "channel"),
    [
        (Via("twitter", "direct_message"), (), "twitter_dm"),
        (Via("twitter_dm"), (), "twitter_dm"),
        (Via("twitter", "mention"), (), "twitter"),
        (Via("facebook", "post"), (), "facebook"),
        (Via("email", "", ("notifications@disqus.net",)), (), "disqus"),
        (Via("api"), ("disqus",), "disqus"),
        (Via("mail", "", ("noreply@forum.gitlab.com",)), (), "forum"),
        (Via("email", "", ("do-not-reply@stackoverflow.email",)), (), "stackoverflow"),
        (Via("email", "", ("gitlabhq@googlegroups.com",)), (), "mailing_list"),
        (Via("email", "", ("googlealerts-noreply@google.com",)), (), "news_comment"),
        (Via("email", "", ("community@gitlab.com",)), (), "email"),
        (Via("web_form"), (), "email"),
        (Via("api"), ("channel__lobsters",), "lobsters"),
        (Via("api"), ("channel__product_hunt",), "product_hunt"),
        (Via("voice"), (), "other"),
    ],
)
def test_the_shipped_channels(via: Via, tags: tuple[str, ...], channel: str) -> None:
    assert recognise_channel(SHIPPED.routing.channels, Ticket(1, via=via, tags=tags)) == channel
