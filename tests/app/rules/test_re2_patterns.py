"""Many patterns at once, and what happens when they are too many for it."""

from __future__ import annotations

import pytest

from app.rules import re2_patterns
from app.rules.re2_patterns import PatternSet, check_pattern, first_match


def test_finds_all_that_fit() -> None:
    patterns = PatternSet([r"\bdown\b", "zzz", r"d.wn", "(?-i)Down"])
    assert sorted(patterns.indexes("it is down")) == [0, 2]
    assert patterns.indexes("") == []
    assert PatternSet([]).indexes("down") == []


@pytest.mark.parametrize("memory", [1 << 10, 1 << 14, 1 << 16])
def test_asks_one_by_one_when_there_is_no_memory_for_all(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re2_patterns, "MEMORY", memory)
    patterns = PatternSet([rf"\b{word}\w+ (\d+|[a-z]+){{1,9}}" for word in ("push", "pull", "clone", "fetch") * 8])
    text = "pulls 12 " * 50
    assert sorted(patterns.indexes(text)) == list(range(1, 32, 4))


def test_finds_the_first_piece() -> None:
    assert first_match(r"https?://\S+", "see HTTPS://x.example/a and http://y") == "HTTPS://x.example/a"
    assert first_match("x+", "y") is None


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "(", "a{2000}", "[z-a]"])
def test_refuses_what_re2_has_not(pattern: str) -> None:
    with pytest.raises(ValueError, match="not an RE2 pattern"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["a*", "^", "(a|)", r"\b|x?"])
def test_refuses_what_fits_everything(pattern: str) -> None:
    with pytest.raises(ValueError, match="fits the empty text"):
        check_pattern(pattern)
