"""What a slip in YAML is called, and what to do about it."""

from __future__ import annotations

import pytest

from app.rules.parsing.positions import BadRules, read_yaml

SLIPS = [
    ("a:\n\t- x\n", "2:1", "a tab stands here: indent with blanks"),
    ("a:\n  b:\n\t    c: 1\n", "3:1", "a tab stands here: indent with blanks"),
    ("why: he said: no\n", "1:13", "a text with a colon and a blank in it: put the text in quotes"),
    ("a: 1\nwhy: see http: there\n", "2:14", "a text with a colon and a blank in it: put the text in quotes"),
    ("handle: @gitlab\n", "1:9", "a text that begins with `@` needs quotes"),
    ("a:\n  - %done\n", "2:5", "a text that begins with `%` needs quotes"),
    ("a:\n  b: 1\n   c: 2\n", "3:5", "it is indented deeper than the line above, which has a value already"),
    ("a:\n    b: 1\n  c: 2\n", "3:3", "its indent fits no line above"),
    ("a:\n  - x\n - y\n", "3:2", "its indent fits no line above"),
    ("a:1\nb: 2\n", "2:2", "the line above is no `key: value`: a colon and a blank are missing"),
    ('a: "open\nb: 2\n', "3:1", "the quote of line 1 is not closed"),
    ("a: 'it's'\n", "1:8", "there is text behind a closing quote"),
    ("a: [x, y\nb: 1\n", "2:2", "the bracket of line 1 is not closed"),
    ('a: "\\d+"\n', "1:6", "in double quotes a `\\` begins an escape: use single quotes"),
    ("a: > x\n", "1:6", "if it is a text, put the text in quotes"),
    ("a: - x\n", "1:4", "a list begins in a line of its own"),
    ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "2:2", "git left a conflict here"),
    ("a:\n  b: 1\n   \u00a0c: 2\n", "3:6", "the indent has a blank that is none"),
    ("a:\n  -b: 1\n    c: 2\n", "3:6", "a dash that begins an entry needs a blank after it"),
    ("a: *bold*\n", "1:4", "put a text that begins with it in quotes"),
    ("a: !important\n", "1:4", "put a text that begins with `!` in quotes"),
]


@pytest.mark.parametrize(("text", "place", "advice"), SLIPS)
def test_a_slip_is_named_with_its_place_and_the_remedy(text: str, place: str, advice: str) -> None:
    with pytest.raises(BadRules) as refused:
        read_yaml(text, "r.yaml")
    said = str(refused.value.problems[0])
    assert said.startswith(f"r.yaml:{place}: ")
    assert f"; {advice}" in said
