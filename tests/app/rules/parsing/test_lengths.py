"""A text that is too long for its channel is an error."""

from __future__ import annotations

import json

import pytest

from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from tests.support.shipped import MACROS, ROUTING


def macros(texts: dict[str, str], **more: dict[str, str]) -> str:
    """The shipped file, and one macro more."""
    keys = {"text": texts, **more}
    listed = "".join(f"    {key}: {json.dumps(values, ensure_ascii=False)}\n" for key, values in keys.items())
    macro = f"  Test::Long:\n    placeholders: [name, issue_url, issue_title]\n{listed}"
    return MACROS.replace("\nmacros:\n", f"\nmacros:\n{macro}", 1)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"default": "short", "twitter": "x" * 281}, "281 characters at its longest; `twitter` takes 280"),
        ({"default": "x" * 281}, "shorten it, or give `twitter` a text of its own"),
        ({"default": "x", "twitter": "x" * 257 + " ${issue_url}"}, "281 characters at its longest"),
        ({"default": "x", "twitter": "x" * 26 + "${issue_title}"}, "281 characters at its longest"),
        ({"default": "x", "twitter": "x" * 256 + " GitLab.com!"}, "281 characters at its longest"),
        ({"default": "x", "twitter": "日" * 141}, "282 characters at its longest"),
    ],
)
def test_a_text_that_may_not_fit_is_named(texts: dict[str, str], said: str) -> None:
    with pytest.raises(BadRules, match="Test::Long") as refused:
        load(ROUTING, macros(texts))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "texts",
    [
        {"default": "x" * 300, "twitter": "x" * 280},
        {"default": "x" * 275 + "${name}"},
        {"default": "x", "twitter": "x" * 256 + " ${issue_url}"},
        {"default": "x", "twitter": "👍" * 140},
    ],
)
def test_a_text_that_fits_is_taken(texts: dict[str, str]) -> None:
    load(ROUTING, macros(texts))


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"shorter": {"twitter": "x" * 281}}, "shorter.twitter: 281"),
        ({"shorter": {"twiter": "x"}}, "there is no channel `twiter`; did you mean `twitter`?"),
        ({"shorter": {"twitter": "${nam}"}}, "shorter.twitter: `${nam}`: unknown placeholder"),
        ({"without_issue": {"default": "y" * 300}}, "without_issue.default: 300"),
    ],
)
def test_every_text_of_last_resort_must_fit(more: dict[str, dict[str, str]], key: str) -> None:
    with pytest.raises(BadRules) as refused:
        load(ROUTING, macros({"default": "x", "twitter": "x" * 30 + "${issue_title}"}, **more))
    assert key in str(refused.value)


def test_a_long_text_is_taken_where_a_shorter_one_stands_behind_it() -> None:
    shorter = {"twitter": "${issue_url}"}
    load(ROUTING, macros({"default": "x", "twitter": "x" * 200 + "${issue_title}"}, shorter=shorter))
