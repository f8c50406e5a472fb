"""Bodies of services that cannot be shaped become mentions; what is odd in one is said by item, field and path."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.feeds.mapping import map_mentions
from app.feeds.mention import Mention, NoMentions
from app.rules.schema.mentions import JsonHookConfig

PAYLOADS = Path(__file__).parent / "payloads"
SITES = {"reddit.com": "reddit", "news.ycombinator.com": "hackernews", "lobste.rs": "lobsters"}
F5BOT: dict[str, Any] = {
    "channels": SITES,
    "url": "$.url",
    "html": "$.content_html",
    "title": "$.title",
    "published_at": "$.date_published",
}
PLAIN: dict[str, Any] = {"channel": "forum", "url": "$.link", "text": "$.said"}


def mapped(hook: dict[str, Any], body: object, *, is_form: bool = False) -> tuple[list[Mention], list[str]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return map_mentions(raw, JsonHookConfig.model_validate(hook), is_form=is_form)


def refusal(hook: dict[str, Any], body: object, *, is_form: bool = False) -> str:
    with pytest.raises(NoMentions) as refused:
        mapped(hook, body, is_form=is_form)
    return str(refused.value)


def test_an_alert_of_f5bot_is_known_by_the_post_and_not_by_the_alert() -> None:
    (mention,), problems = mapped(F5BOT, (PAYLOADS / "f5bot.json").read_bytes())
    assert problems == []
    assert (mention.source, mention.id) == ("reddit", "https://www.reddit.com/t1_kx9z1q2")
    assert mention.published_at == datetime(2026, 11, 28, 10, tzinfo=UTC)


def test_each_leads_to_the_mentions_and_the_good_ones_are_taken() -> None:
    hook = F5BOT | {"each": "$.items[*]", "id": "$.id", "title": "", "author": {"name": "$.author.name"}}
    mentions, problems = mapped(hook, (PAYLOADS / "json_feed.json").read_bytes())
    assert [(one.source, one.id, one.author.name) for one in mentions] == [
        ("lobsters", "1", "ada"),
        ("hackernews", "4", ""),
    ]
    assert {one.published_at for one in mentions} == {datetime(2026, 11, 28, 10, tzinfo=UTC)}
    assert problems == [
        "Item 2: `url` ($.url) is missing.",
        "Item 3: `html` ($.content_html): Input should be a valid string.",
    ]


def test_a_form_and_a_list_without_each_are_read_too() -> None:
    (mention,), _ = mapped(PLAIN, b"link=https%3A%2F%2Fe.org%2F7&said=gitlab+is+slow", is_form=True)
    assert (mention.url, mention.text) == ("https://e.org/7", "gitlab is slow")
    mentions, _ = mapped(PLAIN, [{"link": f"https://e.org/{one}", "said": "x"} for one in range(3)])
    assert len(mentions) == 3


@pytest.mark.parametrize(
    ("hook", "item", "expected"),
    [
        ({"id": "$.n"}, {"n": 7}, {"id": "7"}),
        ({"id": "$['an id'][0]"}, {"an id": ["x"]}, {"id": "x"}),
        ({"author": {"name": "F5Bot"}}, {}, {"author": {"name": "F5Bot", "handle": "", "url": ""}}),
        ({"html": "$.html"}, {"html": "<b>x"}, {"html": "<b>x", "text": ""}),
        (
            {"published_at": "$.at"},
            {"at": 1_790_000_000},
            {"published_at": datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)},
        ),
        ({"published_at": "$.at"}, {"at": None}, {"published_at": None}),
        (
            {"thread": {"url": "$.post"}},
            {"post": "https://e.org"},
            {"thread": {"id": "", "url": "https://e.org", "title": ""}},
        ),
    ],
)
def test_a_value_is_a_path_or_stands_for_itself(
    hook: dict[str, Any], item: dict[str, Any], expected: dict[str, Any]
) -> None:
    (mention,), _ = mapped(PLAIN | hook, {"link": "https://e.org/7", "said": "x"} | item)
    given = mention.model_dump()
    assert {name: given[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://old.reddit.com/r/x", "reddit"),
        ("https://reddit.com/r/x", "reddit"),
        ("https://notreddit.com/r/x", "forum"),
        ("https://reddit.com.evil.example/r/x", "forum"),
        ("https://REDDIT.com./r/x", "reddit"),
        ("https://www.google.com/url?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fx", "reddit"),
    ],
)
def test_the_channel_is_that_of_the_host(url: str, source: str) -> None:
    (mention,), _ = mapped(PLAIN | {"channels": SITES}, {"link": url, "said": "x"})
    assert mention.source == source


@pytest.mark.parametrize(
    ("hook", "body", "sentence"),
    [
        (PLAIN, b"{", "The body is no JSON."),
        (PLAIN, b"[" * 200_000, "The body is no JSON."),
        (PLAIN, 7, "`url` ($.link) is missing."),
        (PLAIN, {"link": True, "said": "x"}, "`url` ($.link): Input should be a valid string."),
        (PLAIN, {"link": "https://[", "said": "x"}, "`url` ($.link): must be an address"),
        (PLAIN, {"link": "https://e.org"}, "One of `text`, `html` and `title` must say something."),
        (PLAIN, [{}] * 101, "The list has 101 items; send at most 100 at once."),
        (PLAIN | {"each": "$.a[*]"}, {"b": []}, "`each` ($.a[*]) leads to nothing."),
        (PLAIN | {"each": "$.a[*]"}, {"a": [{}] * 500}, "The list has 500 items; send at most 100 at once."),
        (
            F5BOT,
            {"url": "https://e.org", "title": "x"},
            "`source` (`channels` names no host like that of `url`) is missing.",
        ),
    ],
)
def test_a_body_without_a_mention_says_item_field_and_path(hook: dict[str, Any], body: object, sentence: str) -> None:
    assert refusal(hook, body).startswith(sentence)


def test_an_empty_field_of_a_form_is_as_good_as_none() -> None:
    hook = PLAIN | {"id": "$.id", "published_at": "$.at", "author": {"name": "$.who", "url": "$.page"}}
    (mention,), problems = mapped(hook, b"link=https://e.org/7&said=slow&id=&at=&who=&page=", is_form=True)
    assert (mention.id, mention.published_at, mention.author.url, problems) == ("https://e.org/7", None, "", [])


def test_a_form_of_very_many_fields_is_none() -> None:
    assert refusal(PLAIN, b"&".join([b"a=1"] * 1000), is_form=True) == "The body is no form."


def test_what_a_sender_cannot_shape_is_cut_or_left_out() -> None:
    hook = PLAIN | {"title": "$.t", "id": "$.n", "author": {"name": "$.by", "url": "$.at"}, "published_at": "$.on"}
    long = {"said": "a" * 70_000, "t": "t" * 2000, "by": "n" * 2000, "n": "i" * 300}
    (mention,), problems = mapped(hook, {"link": " https://e.org/7 ", "at": "/u/ada", "on": "heute"} | long)
    assert (len(mention.text), len(mention.title), len(mention.author.name), len(mention.id)) == (
        60_000,
        1000,
        1000,
        64,
    )
    assert [one.partition(":")[0] for one in problems] == ["`author.url` ($.at)", "`published_at` ($.on)"]


def test_json_that_is_sent_as_a_form_is_read() -> None:
    (mention,), _ = mapped(PLAIN, b' {"link": "https://e.org/7", "said": "x"}', is_form=True)
    assert (mention.id, mention.text) == ("https://e.org/7", "x")


def test_an_empty_list_has_no_mentions_and_is_no_fault() -> None:
    assert mapped(PLAIN | {"each": "$.items[*]"}, {"items": []}) == ([], [])
