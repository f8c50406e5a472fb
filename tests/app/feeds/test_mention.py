"""What is handed over is checked item by item, and every problem names the item and the field."""

import json
from typing import Any

import pytest

from app.feeds.mention import Mention, NoMentions, mention_schema, read_mentions
from app.rules.json_schema import schema_text
from tests.support.paths import ROOT

GOOD: dict[str, Any] = {"source": "reddit", "id": "t1_x", "url": "https://redd.it/x", "text": "gitlab is slow"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"url": None}, "`url`: Input should be a valid string."),
        ({"url": "javascript:alert(1)"}, "`url`: must be an address like https://example.com/post/7."),
        ({"url": "https://exa mple.com"}, "`url`: must be an address like https://example.com/post/7."),
        ({"source": "Hacker News"}, "`source`: String should match pattern '^[a-z0-9_]{1,32}$'."),
        ({"text": ""}, "One of `text`, `html` and `title` must say something."),
        ({"html": "<p>x"}, "Give `text` or `html`, not both."),
        ({"url": "https://news.example@evil.example/1"}, "`url`: must be an address like https://example.com/post/7."),
        (
            {"url": "https://news.example\\@evil.example/1"},
            "`url`: must be an address like https://example.com/post/7.",
        ),
        ({"text": "x", "title": "t" * 1001, "url": 7}, "`url`: Input should be a valid string."),
        ({"url": "https://e.org/a\0b"}, "`url`: must be an address like https://example.com/post/7."),
    ],
)
def test_a_problem_names_its_field(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NoMentions) as refused:
        read_mentions(json.dumps(GOOD | change).encode())
    assert str(refused.value).startswith(sentence.removesuffix("."))


@pytest.mark.parametrize(
    ("change", "sentence", "left"),
    [
        ({"author": "ada"}, "`author` must be an object.", {}),
        (
            {"published_at": "yesterday"},
            "`published_at`: Input should be a valid datetime or date, input is too short.",
            {},
        ),
        (
            {"published_at": "0001-01-01T00:00:00+05:00"},
            "`published_at`: must be a time between the years 1 and 9999.",
            {},
        ),
        (
            {"author": {"url": "ftp://x", "name": "Ada"}},
            "`author.url`: must be an address like https://example.com/post/7.",
            {"author": {"name": "Ada"}},
        ),
        (
            {"thread": {"url": f"https://e.org/{'a' * 2000}"}},
            "`thread.url`: String should have at most 2000 characters.",
            {},
        ),
        ({"title": 7}, "`title`: Input should be a valid string.", {}),
    ],
)
def test_an_odd_part_that_is_not_needed_costs_nobody_the_mention(
    change: dict[str, Any], sentence: str, left: dict[str, Any]
) -> None:
    mentions, problems = read_mentions(json.dumps(GOOD | change).encode())
    assert mentions == [Mention.model_validate(GOOD | left)]
    assert problems == [f"{sentence} It was taken without."]


def test_what_a_service_does_not_know_it_may_leave_empty_or_null() -> None:
    unknown = {"author": None, "thread": {"url": None}, "title": None, "published_at": "", "in_reply_to": None}
    ((mention,), problems) = read_mentions(json.dumps(GOOD | unknown).encode())
    assert (mention, problems) == (Mention.model_validate(GOOD), [])


def test_the_good_items_of_a_list_are_taken() -> None:
    mentions, problems = read_mentions(json.dumps([GOOD, {"source": "reddit"}, 7]).encode())
    assert [one.id for one in mentions] == ["t1_x"]
    assert problems == ["Item 2: `id` is missing.", "Item 2: `url` is missing.", "Item 3: It must be an object."]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "The body is no JSON."),
        (b"[]", "The list is empty."),
        (b"[" * 100_000, "The body is no JSON."),
        (json.dumps([GOOD] * 101).encode(), "The list has 101 items; send at most 100 at once."),
    ],
)
def test_a_body_without_a_mention_says_why(body: bytes, sentence: str) -> None:
    with pytest.raises(NoMentions, match=sentence):
        read_mentions(body)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-28T22:00:00Z",
        "2026-11-28T23:00:00+0100",
        "2026-11-28 22:00:00 +0000",
        "2026-11-28 22:00:00 UTC",
        "Sat, 28 Nov 2026 22:00:00 GMT",
        "28 Nov 2026 22:00:00 +0000",
        "November 28, 2026 at 10:00PM",
        "Nov 28, 2026 10:00 PM",
        1795903200,
        "1795903200",
    ],
)
def test_a_time_is_read_as_services_write_it(written: object) -> None:
    (mention,), _ = read_mentions(json.dumps(GOOD | {"published_at": written}).encode())
    assert mention.published_at is not None
    assert mention.published_at.isoformat() == "2026-11-28T22:00:00+00:00"


def test_a_time_without_a_zone_is_utc_and_odd_characters_can_be_stored() -> None:
    given = GOOD | {"published_at": "2026-11-28T10:00:00", "text": "a\x00b\ud800"}
    (mention,), _ = read_mentions(json.dumps(given).encode())
    assert mention.published_at is not None
    assert mention.published_at.isoformat() == "2026-11-28T10:00:00+00:00"
    assert mention.text == "a\ufffdb\ufffd"


def test_keys_that_we_do_not_know_are_no_problem() -> None:
    assert Mention.model_validate(GOOD | {"zap_id": 7}).id == "t1_x"


def test_the_published_schema_is_that_of_the_endpoint() -> None:
    assert (ROOT / "schemas" / "mention.json").read_text(encoding="utf-8") == schema_text(mention_schema())
