"""A text that is too long for its channel is an error."""

from __future__ import annotations

import pytest

from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from tests.support.shipped import MACROS, ROUTING


def macros(texts: dict[str, str]) -> str:
    """The shipped file, and one macro more."""
    listed = "".join(f"      {channel}: {text!r}\n" for channel, text in texts.items())
    macro = f"  Test::Long:\n    placeholders: [name]\n    text:\n{listed}"
    return MACROS.replace("\nmacros:\n", f"\nmacros:\n{macro}", 1)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"default": "short", "twitter": "x" * 281}, "281 characters without the placeholders; `twitter` takes 280"),
        ({"default": "x" * 281}, "shorten it, or give `twitter` a text of its own"),
    ],
)
def test_a_text_that_can_never_fit_is_named(texts: dict[str, str], said: str) -> None:
    with pytest.raises(BadRules, match="Test::Long") as refused:
        load(ROUTING, macros(texts))
    assert said in str(refused.value)


@pytest.mark.parametrize("texts", [{"default": "x" * 900, "twitter": "x" * 280}, {"default": "x" * 275 + "${name}"}])
def test_a_text_that_may_fit_is_taken(texts: dict[str, str]) -> None:
    load(ROUTING, macros(texts))
