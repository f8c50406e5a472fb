"""Whom a text notifies and what it references: everything outside code, links and backslash escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.gitlab.mentions import effects, effects_of_title

URL = "http://gitlab.example"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("hi @joe, @group/sub and @all.", ["joe", "group/sub", "all"]),
        ("> @quoted", ["quoted"]),
        ("- @item\n\n# @heading", ["item", "heading"]),
        ("<b>@bold</b>", ["bold"]),
        ("<div>@block</div>", ["block"]),
        ("&#64;entity", ["entity"]),
        ("**@strong**", ["strong"]),
        ("| @cell |\n|---|", ["cell"]),
        ("`@code` ``@more``", []),
        ("```\n@fenced\n```", []),
        ("    @indented", []),
        ("<code>@tag</code> <pre>@block</pre>", []),
        ("<!-- @comment -->", []),
        ("[@link](http://x.example) http://x.example/@path", []),
        ("mail@example.com ＠wide \\@escaped", []),
        ("@ alone @", []),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    assert list(effects(text, URL).mentions) == names


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("see #12, !3 and g/p#4", ["#12", "!3", "g/p#4"]),
        ('~bug ~"two words" %milestone &5', ["~bug", '~"two words"', "%milestone", "&5"]),
        (
            f"{URL}/g/p/-/issues/7 and [this]({URL}/g/p/-/work_items/8)",
            [f"{URL}/g/p/-/work_items/8", f"{URL}/g/p/-/issues/7"],
        ),
        ("`#12` \\#13 http://other.example/g/p/-/issues/7 a#b", []),
        ("```\n#12\n```", []),
    ],
)
def test_references(text: str, references: list[str]) -> None:
    assert sorted(effects(text, URL).references) == sorted(references)


def test_images_from_markdown_and_html() -> None:
    text = "![a](http://evil.example/1.png) <img src='http://evil.example/2.png'>\n\n<div><img src=3></div>"
    assert effects(text, URL).images == ("http://evil.example/1.png", "http://evil.example/2.png", "3")
    assert effects("```\n![a](http://evil.example/1.png)\n```", URL).images == ()


def test_titles_are_rendered_as_one_line() -> None:
    assert effects_of_title("# @joe `@code` ＠wide #1", URL).mentions == ("joe",)


@given(st.text(alphabet="@#ab`\\<>[]()!~% \n"))
def test_never_fails(text: str) -> None:
    effects(text, URL)
    effects_of_title(text, URL)


@given(st.text(alphabet="@#ab~!<>[]()\\ \n\r", max_size=60))
def test_a_fence_longer_than_any_in_the_text_touches_nobody(text: str) -> None:
    assert effects(f"`````text\n{text}\n`````".replace("\r", ""), URL) == effects("", URL)
