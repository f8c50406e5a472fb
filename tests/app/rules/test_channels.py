"""Which channel a ticket came by, and where it can be answered."""

from __future__ import annotations

import pytest

from app.rules.channels import CARRIERS, CONNECTED, ChannelOf, describe_channel, is_public, recognise_channel
from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from app.ticket import Requester, Ticket, Via
from integrations.zendesk.via import DOCUMENTED
from tests.support.rules import HEAD, MACROS, routing, rules
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


def test_the_post_that_a_ticket_was_made_of_stands_where_we_know_and_not_where_its_text_says() -> None:
    post = "https://community.example.org/t/x/12/3"
    ticket = Ticket(1, channel="forum", body="See https://forum.gitlab.com/t/x/12 please", post_url=post)
    assert describe_channel(CHANNELS, ticket).link == post


@pytest.mark.parametrize(
    ("where", "text", "link"),
    [
        ("reddit.com", "at https://old.reddit.com/r/git/1 (new)", "https://old.reddit.com/r/git/1"),
        ("[reddit.com, redd.it]", "at https://redd.it/1", "https://redd.it/1"),
        ("reddit.com", "at https://notreddit.com/r/1", ""),
        ("reddit.com", "at https://redditXcom/r/1", ""),
        (r"'https?://forum\.example/t/\S+'", "at https://forum.example/t/1", "https://forum.example/t/1"),
    ],
)
def test_where_is_a_host_or_a_pattern_and_is_answered_there(where: str, text: str, link: str) -> None:
    head = HEAD.replace("channels:\n", f"channels:\n  place: {{title: Place, where: {where}}}\n")
    described = describe_channel(rules(head=head).routing.channels, Ticket(1, channel="place", body=text))
    assert described == ChannelOf("place", public=False, reply="elsewhere", link=link)


def test_a_channel_is_private_and_answered_from_zendesk_unless_it_says_otherwise() -> None:
    head = HEAD.replace("channels:\n", "channels:\n  place: {title: Place}\n")
    described = describe_channel(rules(head=head).routing.channels, Ticket(1, channel="place"))
    assert described == ChannelOf("place", public=False, reply="zendesk", link="")


@pytest.mark.parametrize("tag", ["place", "channel__place"])
def test_a_channel_that_says_nothing_of_it_is_recognised_by_its_name(tag: str) -> None:
    channels = rules(head=HEAD.replace("channels:\n", "channels:\n  place: {title: Place}\n")).routing.channels
    assert recognise_channel(channels, Ticket(1, via=Via("email"), tags=("vip", tag))) == "place"
    assert recognise_channel(channels, Ticket(1, via=Via("email"), tags=("place__",))) == "other"


def test_a_pattern_for_the_link_that_is_none_is_an_error() -> None:
    with pytest.raises(BadRules, match="not an RE2 pattern"):
        rules(head=HEAD.replace("channels:\n", "channels:\n  place: {title: Place, where: 'https?://(x'}\n"))


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
        (Via("facebook", "message"), (), "facebook_message"),
        (Via("facebook", "story"), (), "facebook_message"),
        (Via("twitter", "list"), (), "twitter_dm"),
        (Via("native_messaging"), ("forum",), "messaging"),
        (Via("voice", "inbound"), (), "voice"),
        (Via("help_center"), (), "email"),
        (Via("fax"), (), "other"),
    ],
)
def test_the_shipped_channels(via: Via, tags: tuple[str, ...], channel: str) -> None:
    assert recognise_channel(SHIPPED.routing.channels, Ticket(1, via=via, tags=tags)) == channel


@pytest.mark.parametrize("name", [*DOCUMENTED["types"], *DOCUMENTED["names"]])
def test_every_way_in_that_zendesk_documents_has_a_channel(name: str) -> None:
    for rel in DOCUMENTED["rel"].get(name, [""]):
        assert recognise_channel(SHIPPED.routing.channels, Ticket(1, via=Via(name, rel))) != "other"


PUBLIC = {
    ("twitter", ""),
    ("twitter", "mention"),
    ("twitter_favorite", ""),
    ("facebook", "post"),
    ("facebook_post", ""),
}


@pytest.mark.parametrize("tags", [(), ("forum",), ("channel__reddit",)])
def test_of_what_comes_without_a_feed_only_posts_are_public(tags: tuple[str, ...]) -> None:
    names = {*DOCUMENTED["types"], *DOCUMENTED["names"], "fax"} - CARRIERS
    rels = {rel for rels in DOCUMENTED["rel"].values() for rel in rels} | {"something_new"}
    public = {
        (name, rel)
        for name in names
        for rel in rels
        if describe_channel(SHIPPED.routing.channels, Ticket(1, via=Via(name, rel), tags=tags)).public
    }
    assert public == PUBLIC


@pytest.mark.parametrize(
    ("ticket", "public"),
    [
        (Ticket(1, via=Via("api"), tags=("forum",)), True),
        (Ticket(1, via=Via("api", "follow_up"), tags=("forum",)), False),
        (Ticket(1, via=Via("email", "", ("notifications@disqus.net",))), True),
        (Ticket(1, via=Via("api"), tags=("forum",), public=False), False),
        (Ticket(1, via=Via("fax"), tags=("forum",)), False),
        (Ticket(1, tags=("forum",)), False),
        (Ticket(1, channel="forum"), True),
    ],
)
def test_a_feed_is_public_only_where_feeds_come_in(ticket: Ticket, public: bool) -> None:
    assert describe_channel(SHIPPED.routing.channels, ticket).public is public


@pytest.mark.parametrize(("rel", "public"), [("", True), ("mention", False), ("direct_message", False)])
def test_a_channel_that_names_no_rel_is_public_without_one(rel: str, public: bool) -> None:
    channel = CHANNELS["twitter"]
    assert is_public(channel, Ticket(1, via=Via("twitter", rel))) is public


@pytest.mark.parametrize(
    ("via", "email", "reached"),
    [
        ("twitter", "", True),
        ("twitter_dm", "", True),
        ("Facebook_Message", "", True),
        ("whatsapp", "", True),
        ("native_messaging", "", True),
        ("any_channel", "", True),
        ("sms", "", True),
        ("api", "", False),  # a mention: its author is known by name alone
        ("voice", "", False),
        ("web_form", "", False),
        ("chat_transcript", "", False),
        ("something_new", "", False),
        ("api", "sam@example.org", True),
        ("", "", True),  # a text that is tried
    ],
)
def test_without_an_address_only_a_connection_of_zendesks_reaches_anybody(via: str, email: str, reached: bool) -> None:
    ticket = Ticket(1, via=Via(via), requester=Requester(email=email))
    assert describe_channel(SHIPPED.routing.channels, ticket).reached is reached


def test_every_way_that_reaches_without_an_address_is_one_that_zendesk_documents() -> None:
    assert {*DOCUMENTED["types"], *DOCUMENTED["names"]} >= CONNECTED
