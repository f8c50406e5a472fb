"""A path is checked where it is written, with its place, and read in linear time."""

import time

import pytest

from app.rules.json_paths import values_at
from app.rules.parsing.positions import BadRules
from tests.support.rules import HEAD, rules

GOOD = "channel: forum, url: $.link, text: $.said"
LINE = HEAD.count("\n") + 1


def problem(hook: str) -> str:
    with pytest.raises(BadRules) as refused:
        rules(more=f"mentions: {{bot: {{{hook}}}}}\n")
    (one,) = refused.value.problems
    return str(one)


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("channel: forum, url: link, text: $.t", "mentions.bot.url: not a path: did you mean `$.link`?"),
        ("channel: forum, url: '$.', text: $.t", "mentions.bot.url: not a path ("),
        ("channel: forum, url: '$..a', text: $.t", "mentions.bot.url: only names, numbers and `[*]`"),
        ("channel: forum, url: '$.a[?@.b]', text: $.t", "mentions.bot.url: only names, numbers and `[*]`"),
        ("channel: forum, url: '$.a[*,*]', text: $.t", "mentions.bot.url: only names, numbers and `[*]`"),
        ("channel: forum, url: '$.a[*]', text: $.t", "mentions.bot.url: leads to several values"),
        (f"{GOOD}, each: $.items", "mentions.bot.each: leads to one value: did you mean `$.items[*]`?"),
        (f"{GOOD}, author: {{name: '$.a['}}", "mentions.bot.author.name: not a path ("),
        (f"{GOOD}, htm: $.x", "mentions.bot.htm: `htm`: unknown key; did you mean `html`?"),
        (f"{GOOD}, auther: {{}}", "mentions.bot.auther: `auther`: unknown key; did you mean `author`?"),
        ("channel: form, url: $.u, text: $.t", "there is no channel `form`; did you mean `forum`?"),
        ("channels: {e.org: form}, url: $.u, text: $.t", "there is no channel `form`; did you mean `forum`?"),
        ("url: $.u, text: $.t", "mentions.bot: needs `channel`, or `channels` by host"),
        ("type: discorse, channel: forum", "mentions.bot: "),
        ("type: discourse, channel: forum, address: 'http://e.org'", "mentions.bot.address: must start with https://"),
    ],
)
def test_a_wrong_mapping_says_where_and_what_instead(hook: str, said: str) -> None:
    shown = problem(hook)
    assert shown.startswith(f"routing.yaml:{LINE}:")
    assert said in shown


def test_an_unknown_key_of_a_feed_names_the_nearest_one_too() -> None:
    with pytest.raises(BadRules, match="did you mean `look_for`"):
        rules(more="feeds: {news: {type: rss, channel: forum, address: 'https://e.org', look_fr: x}}\n")


def test_a_path_over_a_hostile_body_is_read_at_once() -> None:
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    started = time.process_time()
    assert values_at("$.a[*][*][*]", {"a": [[[1] * 300] * 300] * 3}) == [1] * 270_000
    assert values_at("$" + "[0]" * 60, deep)
    assert time.process_time() - started < 5
