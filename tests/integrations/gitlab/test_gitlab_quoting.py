"""No text, however hostile, runs a quick action, mentions, refers, loads an image or becomes HTML in GitLab.

Checked with GitLab's own Markdown parser (comrak) and its rule for quick actions: lines of top-level paragraphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import comrak
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from integrations.gitlab.quoting import fence, issue_title, make_marker, marker_line, one_line
from integrations.visible import visible

MARKER = marker_line("zdrk7f3a9c0d41e2b8aabbcc")
# The extractor's pattern with any word for a command: \w covers /cloſe, which an ASCII list would miss.
QUICK_ACTION = re.compile(r"^/[^\W\d]\w*(?: .*)?\s*$")
ESCAPED = "\ue000"
# lib/banzai/filter/references: mentions, issues, merge requests, labels, milestones, epics, snippets, [type:id], GL-1.
REFERENCES = re.compile(r"@\w|#\w|!\w|~[\w\"']|%[\w\"']|&\w|\$\w|\[\w+:|\*iteration:|\bGL-\d|://|\]\(", re.IGNORECASE)

# What the fact base lists as running, or not, when it is stored as it is.
RUNS = [
    "/close",
    "text\n/close",
    "- item\n\n/close",
    "```\ncode\n```\n/close",
    "/CLOSE",
    "/cloſe",
    "```a`b\n/close",
    "/label ~bug",
]
DOES_NOT_RUN = [
    "hello /close",
    "/assign@joe",
    " /close",
    "&#47;close",
    "\\/close",
    "```\n/close\n```",
    "~~~\n/close\n~~~",
    "    /close",
    "> /close",
    ">>>\n/close\n>>>",
    "<div>\n/close\n</div>",
]
HOSTILE = [
    *RUNS,
    *DOES_NOT_RUN,
    "````\n/close",
    "````text\r\n/close\r\n````\r\n/close",
    "``\r``\n/close\n``\r``",
    "`````\r`\n/close",
    ">>>\n```\n>>>\n```\n/close",
    "<!-- x\n/close",
    "-->\n/close",
    "<details>\n\n/close\n\n</details>",
    "@all @group/sub #12 g/p#3 !4 ~bug %v1 &5 $6 [vulnerability:1] GL-7",
    "https://gitlab.example.com/g/p/-/issues/1",
    "![](http://evil.example/x.png) <img src=x> <script>alert(1)</script>",
    "[a](javascript:alert(1)) www.evil.example joe@evil.example",
    "[^1]\n\n[^1]: note",
    "a\u2028/close\x0b/close\x85/close",
    "\u202etxt\u200b\x00\ufeff/close",
    "\ud800/close",
    "$`/close`$ $$x$$ [[wiki]] :smile: ~~s~~ **b** <b>b</b>",
]
PIECES = [
    "`", "```", "````", "~~~~", "\r", "\n", "\r\n", "\n\n", " ", "    ", "\t", "\\", "/close", "/assign @all", "@all",
    "#1", "!2", "g/p#3", ">>>", "> ", "- ", "1. ", "<!--", "-->", "<details>", "<img src=x>", "![](http://e/x.png)",
    "[x](y)", "http://e", "https://", ":/", "/", "www.e.com", "j@e.com", "&#47;", "&amp;", "&lt;b&gt;", "$", "$`", "`$",
    "~", "%", "&", "[", "]", "]:", "|", "|-|", "---", "===", "#", "# ", "*", "_", "\x00", "\u200b", "\u2028", "\x85",
    "ſ", "GL-1", "\ud800",
]  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map("".join)
)


@dataclass
class Page(HTMLParser):
    """What GitLab's filters see: top-level paragraphs by their source lines, and the text outside of code."""

    source: str
    paragraphs: list[tuple[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    shown: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._escaped = 0
        self.feed(self.source_html)
        self.close()

    @property
    def source_html(self) -> str:
        return render(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "p" and not self._open and "data-sourcepos" in given:
            first, last = (int(place.split(":")[0]) for place in str(given["data-sourcepos"]).split("-"))
            self.paragraphs.append(("\n".join(self.source.split("\n")[first - 1 : last]), ""))
        if tag not in {"br", "hr", "img", "input"}:
            self._open.append("escaped" if "data-escaped-char" in given else tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "pre" in self._open:
            self.code += data
        elif "code" not in self._open:
            self.shown += ESCAPED if "escaped" in self._open else data
        if self.paragraphs and self._open[:1] == ["p"]:
            lines, text = self.paragraphs[-1]
            self.paragraphs[-1] = (lines, text + data)

    @property
    def quick_actions(self) -> list[str]:
        return [
            line
            for source, text in self.paragraphs
            if any(line.startswith("/") for line in text.split("\n"))
            for line in source.split("\n")
            if QUICK_ACTION.match(line)
        ]


def render(text: str) -> str:
    extension = comrak.ExtensionOptions()
    for name in (
        "alerts", "autolink", "description_lists", "footnotes", "math_code", "math_dollars", "multiline_block_quotes",
        "strikethrough", "table", "tasklist", "wikilinks_title_before_pipe",
    ):  # fmt: skip
        setattr(extension, name, True)
    parse, rendering = comrak.ParseOptions(), comrak.RenderOptions()
    parse.escaped_char_spans = True
    for name in ("sourcepos", "unsafe_", "full_info_string", "github_pre_lang", "escaped_char_spans"):
        setattr(rendering, name, True)
    return comrak.render_markdown(text, extension, parse, rendering)


def stored(text: str) -> Page:
    """GitLab deletes every carriage return before it looks."""
    return Page(text.replace("\r", ""))


@pytest.mark.parametrize("text", RUNS)
def test_the_check_sees_what_runs(text: str) -> None:
    assert stored(text).quick_actions


@pytest.mark.parametrize("text", DOES_NOT_RUN)
def test_the_check_passes_what_does_not_run(text: str) -> None:
    assert stored(text).quick_actions == []


def test_the_check_sees_mentions_images_and_html() -> None:
    page = stored("@all \\@joe `@code` ![](http://e/x.png) <b>x</b>")

    assert REFERENCES.findall(page.shown) == ["@a"]
    assert {"img", "b"} <= set(page.tags)


def check_fence(text: str) -> None:
    page = stored(f"{MARKER}\n\nReported:\n\n{fence(text)}\n\nThe end.")

    assert page.quick_actions == []
    assert set(page.tags) == {"p", "pre", "code"}
    assert page.shown.split() == ["Reported:", "The", "end."]
    unix = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    assert page.code == visible(unix).encode("utf-8", "replace").decode() + "\n"


def check_one_line(text: str) -> None:
    line = one_line(text)
    page = stored(f"{MARKER}\n\n{line}\n\n### {line}\n\nFrom {line}, seen.\n\n{line}")

    assert page.quick_actions == []
    assert set(page.tags) <= {"p", "h3", "span"}
    assert not REFERENCES.search(page.shown)
    assert "\n" not in line


def check_title(text: str) -> None:
    title = issue_title(text)

    assert not REFERENCES.search(title)
    assert not re.search(r"<[A-Za-z/!?]", title)
    assert len(title) <= 255
    assert title == " ".join(title.split())
    title.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_known_to_be_hostile_is_harmless(text: str) -> None:
    check_fence(text)
    check_one_line(text)
    check_title(text)


@given(ANY_TEXT)
def test_nothing_in_a_fence_acts_and_nothing_is_lost(text: str) -> None:
    check_fence(text)


@given(ANY_TEXT)
def test_nothing_on_one_line_acts(text: str) -> None:
    check_one_line(text)


@given(ANY_TEXT)
@example("http:/x:///evil")
@example("0 a://")
def test_nothing_in_a_title_refers(text: str) -> None:
    check_title(text)


def test_one_line_reads_like_the_text() -> None:
    assert one_line("Push fails\r\n\twith 500 \u202eerror\u200b!") == "Push fails with 500 error\\!"
    assert one_line("x" * 300) == "x" * 199 + "…"
    assert one_line("***", limit=2) == "\\*…"


def test_a_title_stays_readable() -> None:
    assert issue_title("  Error #500:\nlogin & push at 100% for @joe ") == "Error ＃500: login & push at 100% for ＠joe"
    assert issue_title("See https://gitlab.example.com/g/p") == "See gitlab.example.com/g/p"
    assert len(issue_title("long " * 100)) <= 255


def test_a_marker_is_one_word_that_search_finds_and_nobody_guesses() -> None:
    word = make_marker("secret", ["acme", 7, "bug"])

    assert re.fullmatch(r"zdrk[0-9a-f]{20}", word)
    assert word == make_marker("secret", ["acme", "7", "bug"])
    others = [
        make_marker("other", ["acme", 7, "bug"]),
        make_marker("secret", ["acme", 7]),
        make_marker("secret", ["acme7bug"]),
    ]
    assert len({word, *others}) == 4
    assert marker_line(word) == f"<!-- {word} -->"


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_other_parts_make_another_marker(one: list[str], other: list[str]) -> None:
    assert (make_marker("secret", one) == make_marker("secret", other)) == (one == other)
