"""A post is followed from its first sight to its ticket and on: edits, deletions, reposts, our own answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.feeds.filter import BY_US, NO_WORDS, TOO_FEW_POINTS
from app.records.failures import Failure
from app.records.mentions import BACKFILL, REPOST
from app.work.mentions.change import TOO_MANY
from app.work.mentions.create_ticket import TicketCreator
from app.work.messages import AnsweredOnPost, MentionChanged, TriageTicket, ticket_partition
from integrations.errors import UnknownOutcome
from tests.app.work.mentions.conftest import POST, Mentioned

EDITED = POST["text"] + ". Edit: and the milestones too"
LOST = UnknownOutcome("zendesk", "no answer")


def told(mentioned: Mentioned, stored: Any) -> list[object]:
    works = mentioned.works(mentioned.row(stored))
    return [one.cause for one in works if isinstance(one, TriageTicket)]


def test_an_edit_before_the_ticket_is_its_text(mentioned: Mentioned) -> None:
    mentioned.take()
    stored = mentioned.take(text=EDITED)
    mentioned.create(stored)
    assert [one.body.startswith(EDITED) for one in mentioned.zendesk.created] == [True]
    assert told(mentioned, stored) == []


def test_an_edit_that_is_no_longer_wanted_gets_no_ticket(mentioned: Mentioned) -> None:
    mentioned.take()
    stored = mentioned.take(text="I meant something else, sorry", left_out="names nothing that is looked for")
    assert (stored.state, stored.why) == ("left_out", "names nothing that is looked for")
    mentioned.create(stored)
    assert mentioned.zendesk.created == []


def test_of_workers_that_see_an_edit_at_once_one_tells_the_ticket(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda _: mentioned.take(text=EDITED), range(8)))
    assert {work.key for row in rows for work in mentioned.works(row)} == {f"mention:{stored.id}:{rows[0].news}"}


def test_an_edit_after_the_ticket_is_told_once(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    for _ in range(3):
        mentioned.take(text=EDITED)
    (work,) = mentioned.works(mentioned.row(stored))
    assert isinstance(work, TriageTicket)
    assert (work.ticket_id, work.cause.event) == (stored.ticket_id, "post_changed")
    assert mentioned.row(stored).mention["text"] == EDITED


@pytest.mark.parametrize("got_through", [True, False])
def test_a_request_under_way_is_repeated_unchanged_and_the_edit_follows(
    mentioned: Mentioned, *, got_through: bool
) -> None:
    mentioned.zendesk.fails, mentioned.zendesk.loses = [LOST], [got_through]
    stored = mentioned.take()
    with pytest.raises(UnknownOutcome):
        mentioned.create(stored)
    mentioned.take(text=EDITED)
    mentioned.create(stored)
    assert len(mentioned.zendesk.tickets) == 1
    assert len({repr(one) for one in mentioned.zendesk.created}) == 1
    assert [type(one) for one in told(mentioned, stored)] == [MentionChanged]
    assert mentioned.row(stored).mention["text"] == EDITED


@pytest.mark.parametrize(
    "text",
    [
        "gitlab 16.4 loses my board filters,  when I reload the page!",
        "GitLab 16.4 loses my board filters …",
        "**GitLab** 16.4 loses my board filters when I reload the page",
    ],
    ids=["typography", "excerpt", "markup"],
)
def test_what_says_nothing_new_is_no_edit(mentioned: Mentioned, text: str) -> None:
    stored = mentioned.create(mentioned.take())
    mentioned.take(text=text)
    assert told(mentioned, stored) == []
    assert mentioned.row(stored).mention["text"] == POST["text"]


def test_each_carrier_is_compared_with_itself(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    for _ in range(2):
        mentioned.take(carrier="f5bot", text="GitLab 16.4 loses my board filters")
        mentioned.take()
    assert told(mentioned, stored) == []


def test_an_edit_that_the_feed_brings_after_its_backfill_is_told(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take(carrier=f"{BACKFILL}hn"))
    mentioned.take()
    assert told(mentioned, stored) == []
    mentioned.take(text=EDITED)
    assert len(told(mentioned, stored)) == 1


@pytest.mark.parametrize("made_before", [True, False])
def test_the_whole_text_follows_an_excerpt(mentioned: Mentioned, *, made_before: bool) -> None:
    stored = mentioned.take(carrier="f5bot", text="GitLab 16.4 loses my …")
    stored = mentioned.create(stored) if made_before else stored
    for _ in range(2):
        mentioned.take()
        mentioned.take(carrier="f5bot", text="GitLab 16.4 loses my …")
    row = mentioned.row(stored)
    assert row.mention["text"] == POST["text"]
    assert row.edited_at is None
    assert row.news.partition(":")[0] == ("whole" if made_before else "")
    assert len(told(mentioned, row)) == made_before


def test_an_edit_back_is_an_edit(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    mentioned.take(text=EDITED)
    mentioned.take()
    assert mentioned.row(stored).mention["text"] == POST["text"]
    assert len(told(mentioned, stored)) == 1


def test_each_change_is_told_also_one_back_to_words_that_were_told_before(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    changes = (EDITED, POST["text"], EDITED)
    keys = {work.key for text in changes for work in mentioned.works(mentioned.take(text=text))}
    assert len(keys) == len(changes)
    assert mentioned.row(stored).mention["text"] == EDITED


def test_a_post_deleted_before_its_ticket_gets_none(mentioned: Mentioned) -> None:
    mentioned.take()
    stored = mentioned.take(deleted=True)
    mentioned.create(stored)
    assert (stored.state, stored.why, stored.mention) == ("gone", "deleted", {})
    assert mentioned.zendesk.created == []
    assert mentioned.works(stored) == []


def test_a_deletion_that_comes_first_holds_back_the_post(mentioned: Mentioned) -> None:
    mentioned.take(deleted=True)
    assert mentioned.take().state == "gone"


def test_a_post_deleted_after_its_ticket_is_told_and_kept_no_longer(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    for _ in range(2):
        stored = mentioned.take(deleted=True, text="")
    assert (stored.state, stored.mention) == ("gone", {})
    assert [one.news for one in told(mentioned, stored) if isinstance(one, MentionChanged)] == ["removed"]


def test_what_a_deleted_post_said_is_forgotten_whatever_it_was_brought_as(mentioned: Mentioned) -> None:
    mentioned.take()
    mentioned.take(carrier="f5bot", id="alert-1", text="GitLab 16.4 loses my board filters")
    failure = Failure(
        "k", "mentions", None, "take_mentions", "odd", "m", 1,
        {"mentions": [{"source": "hackernews", "id": one, "text": "x"} for one in ("7", "alert-1", "8")]}, "2026",
    )  # fmt: skip
    mentioned.deps.records.failures.add(failure)
    mentioned.take(deleted=True, text="")
    assert mentioned.engine.forgotten == [(ticket_partition(0), {"7", "alert-1"})]
    (kept,) = mentioned.deps.records.failures.newest(limit=9)
    assert [one["id"] for one in (kept.payload or {})["mentions"]] == ["8"]


def test_of_a_deleted_post_with_a_ticket_the_tickets_work_goes_too(mentioned: Mentioned) -> None:
    stored = mentioned.create(mentioned.take())
    announcements = mentioned.deps.records.announcements
    announcements.claim(f"question:{stored.ticket_id}:1:ldap", kind="question", text="said", at="2026")
    announcements.claim(f"question:{stored.ticket_id}1:1:ldap", kind="question", text="other", at="2026")
    told(mentioned, mentioned.take(deleted=True, text=""))
    assert mentioned.engine.forgotten == [(ticket_partition(stored.ticket_id or 0), {"7"})]
    texts = [announcements.by_key(f"question:{stored.ticket_id}{more}:1:ldap") for more in ("", "1")]
    assert [one.text if one else None for one in texts] == ["", "other"]


def test_a_post_deleted_while_its_request_is_under_way_is_told_after_it(mentioned: Mentioned) -> None:
    mentioned.zendesk.fails, mentioned.zendesk.loses = [LOST], [True]
    stored = mentioned.take()
    with pytest.raises(UnknownOutcome):
        mentioned.create(stored)
    mentioned.take(text=EDITED)
    mentioned.take(deleted=True)
    stored = mentioned.create(stored)
    assert (stored.state, stored.mention, stored.ticket_id) == ("gone", {}, 1)
    assert [one.news for one in told(mentioned, stored) if isinstance(one, MentionChanged)] == ["removed"]


@pytest.mark.parametrize(
    ("changes", "seconds", "why"),
    [
        ({}, 60, REPOST),
        ({"text": POST["text"].upper() + "!"}, 60, REPOST),
        ({"author": {"handle": "@Ada"}}, 60, REPOST),
        ({"text": POST["text"] + " https://e.org/8"}, 60, REPOST),
        ({"text": "", "html": f"<p>{POST['text']} <a href='https://e.org/r/devops/8'></a></p>"}, 60, REPOST),
        ({"author": {"handle": "bob"}}, 60, ""),
        ({"author": {}}, 60, ""),
        ({"source": "reddit"}, 60, ""),
        ({"text": "GitLab 16.4 loses my board filters and my labels"}, 60, ""),
        ({}, 90_000, ""),
    ],
)
def test_the_same_text_by_the_same_author_within_a_day_is_a_repost(
    mentioned: Mentioned, changes: dict[str, Any], seconds: float, why: str
) -> None:
    mentioned.take()
    mentioned.clock.advance(seconds)
    stored = mentioned.take(**{"id": "8", "url": "https://news.ycombinator.com/item?id=8"} | changes)
    assert (stored.why, stored.state) == (why, "left_out" if why else "waiting")


def test_a_few_words_said_twice_are_meant_twice(mentioned: Mentioned) -> None:
    mentioned.take(text="Thanks, gitlab!")
    assert mentioned.take(id="8", url="https://news.ycombinator.com/item?id=8", text="Thanks, gitlab!").why == ""


@pytest.mark.parametrize(
    ("why", "again", "state"),
    [
        (TOO_FEW_POINTS, {}, "waiting"),
        (TOO_FEW_POINTS, {"left_out": TOO_FEW_POINTS}, "left_out"),
        ("names nothing that is looked for", {"text": EDITED}, "waiting"),
        ("names nothing that is looked for", {}, "left_out"),
        ("names nothing that is looked for", {"carrier": "other"}, "waiting"),
        ("names nothing that is looked for", {"carrier": "other", "left_out": "no words"}, "left_out"),
        (TOO_MANY, {"text": EDITED}, "left_out"),
        (TOO_MANY, {"carrier": "other"}, "left_out"),
    ],
)
def test_what_was_left_out_is_taken_once_it_is_wanted(
    mentioned: Mentioned, why: str, again: dict[str, Any], state: str
) -> None:
    mentioned.take(left_out=why)
    assert mentioned.take(**again).state == state


@pytest.mark.parametrize("named", ["7", POST["url"], "http://hn.algolia.com/item?id=7"])
def test_an_answer_of_ours_solves_the_ticket_of_what_it_answers(mentioned: Mentioned, named: str) -> None:
    asked = mentioned.create(mentioned.take())
    answer = mentioned.take(
        id="9", url="https://news.ycombinator.com/item?id=9", author={"handle": "GitLab"}, text="It is mended.",
        in_reply_to=named,
    )  # fmt: skip
    assert (answer.state, answer.why) == ("left_out", BY_US)
    assert told(mentioned, answer) == [AnsweredOnPost(by="GitLab", url=answer.url)]
    assert [one.ticket_id for one in mentioned.works(answer) if isinstance(one, TriageTicket)] == [asked.ticket_id]


@pytest.mark.parametrize("named", ["", "8", "https://news.ycombinator.com/item?id=1"])
def test_an_answer_to_nothing_that_we_know_solves_nothing(mentioned: Mentioned, named: str) -> None:
    mentioned.create(mentioned.take())
    answer = mentioned.take(id="9", url="https://e.org/9", author={"handle": "GitLab"}, in_reply_to=named)
    assert mentioned.works(answer) == []


def test_an_answer_that_came_before_the_ticket_is_told_after_it(mentioned: Mentioned) -> None:
    mentioned.take(id="9", url="https://e.org/9", author={"name": "GitLab"}, in_reply_to="7")
    stored = mentioned.take()
    mentioned.create(stored)
    (work,) = TicketCreator(mentioned.deps).meanwhile(mentioned.message(stored)).works
    assert isinstance(work, TriageTicket)
    assert work.cause == AnsweredOnPost(by="GitLab", url="https://e.org/9")


@pytest.mark.parametrize(
    ("by_feed", "by_alert"),
    [
        ("https://forum.example.com/t/runner-fails/77/3", "https://forum.example.com/t/runner-fails/77/3?u=ada"),
        ("https://m.example/@ada/113600000000000002", "https://m.example/@ada/113600000000000002"),
        (
            "https://bsky.app/profile/did:plc:a/post/3kabcdefgh234",
            "https://bsky.app/profile/a.example/post/3kabcdefgh234",
        ),
    ],
    ids=["discourse", "mastodon", "bluesky"],
)
@pytest.mark.parametrize("alert_first", [False, True])
def test_an_answer_on_a_forum_that_a_feed_and_an_alert_bring_is_one(
    mentioned: Mentioned, by_feed: str, by_alert: str, *, alert_first: bool
) -> None:
    feed: dict[str, Any] = {
        "id": "502",
        "url": by_feed,
        "thread": {"id": "77", "url": "https://e.org/77"},
        "in_reply_to": "501",
    }
    alert: dict[str, Any] = {"source": "news_comment", "id": "tag:alert", "url": by_alert, "thread": {}}
    ways = [("board", feed), ("alerts", alert)]
    rows = [mentioned.take(carrier=carrier, **post) for carrier, post in (ways[::-1] if alert_first else ways)]
    assert rows[0].id == rows[1].id


def test_entries_of_a_feed_that_stand_on_one_page_are_posts_of_their_own(mentioned: Mentioned) -> None:
    page = "https://example.com/changes"
    given = [("a", f"{page}#16.4"), ("b", f"{page}#16.5"), ("c", f"{page}#comment-ab"), ("d", f"{page}#comment-7")]
    stored = [
        mentioned.take(carrier="rss", id=name, url=url, thread={}, text=f"GitLab {name} has a fault in its boards")
        for name, url in given
    ]
    assert len({one.id for one in stored}) == 4
    again = mentioned.take(carrier="alerts", id="other", url=f"{page}/?utm_source=x#comment-7", thread={}, text="Short")
    assert again.id == stored[3].id
    assert {one.thread for one in stored} == {page}


def test_a_page_that_is_shared_with_a_place_in_it_is_one_post(mentioned: Mentioned) -> None:
    page = "https://example.com/why-we-left-gitlab"
    by_feed = mentioned.take(carrier="rss", id=page, url=f"{page}#more", thread={})
    by_hook = mentioned.take(carrier="hook:zapier", id=f"{page}", url=f"{page}?utm_source=x", thread={})
    by_alert = mentioned.take(carrier="alerts", id="tag:google.com,2013:1", url=page, thread={})
    assert {by_feed.id} == {by_hook.id, by_alert.id}


@pytest.mark.parametrize("answer_first", [False, True])
@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("https://m.example/users/bob/statuses/113600000000000002", "https://m.example/@bob/113600000000000002"),
        ("https://pleroma.example/objects/5d1", "https://pleroma.example/notice/AbC"),
    ],
)
def test_an_answer_in_the_fediverse_solves_the_ticket_of_what_it_answers(
    mentioned: Mentioned, uri: str, url: str, *, answer_first: bool
) -> None:
    post: dict[str, Any] = {"id": uri, "url": url, "thread": {}}
    answer: dict[str, Any] = {
        "id": "https://m.example/users/gitlab/statuses/113600000000000009",
        "url": "https://m.example/@gitlab/113600000000000009",
        "author": {"handle": "gitlab"},
        "thread": {"url": url},
        "in_reply_to": uri,
    }
    if answer_first:
        mentioned.take(**answer)
    stored = mentioned.take(**post)
    mentioned.create(stored)
    if answer_first:
        (work,) = TicketCreator(mentioned.deps).meanwhile(mentioned.message(stored)).works
        assert isinstance(work, TriageTicket)
        causes: list[object] = [work.cause]
    else:
        causes = told(mentioned, mentioned.take(**answer))
    assert causes == [AnsweredOnPost(by="gitlab", url=answer["url"])]


def test_who_takes_our_name_under_a_handle_of_his_own_answers_for_nobody(mentioned: Mentioned) -> None:
    mentioned.create(mentioned.take())
    author = {"handle": "gitlab@evil.example", "name": "GitLab"}
    answer = mentioned.take(id="9", url="https://e.org/9", author=author, in_reply_to="7", text="Sure, all is well.")
    assert answer.why != BY_US
    assert told(mentioned, answer) == []


@pytest.mark.parametrize("said", [{"html": "<p><!-- x --></p>", "text": ""}, {"text": "\u200b\u202e"}])
def test_a_post_that_says_nothing_becomes_no_ticket_whoever_brings_it(mentioned: Mentioned, said: Any) -> None:
    assert mentioned.take(carrier="", **said).why == NO_WORDS
    assert mentioned.take(id="8", url="https://e.org/8", text="\U0001f44d").why == ""
