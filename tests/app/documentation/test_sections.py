"""Pages are split at their headings; what belongs to the site and not to the page is cut."""

import time

import pytest

from app.documentation.sections import DocSection, address, sections_of

PAGE = b"""---
title: 'Pages'
stage: Plan
---

Every project has one.

## Set up

Write a job:

```yaml
pages:
  script: make
```

{{< alert type="note" >}}

- First **copy** the [key](https://example.com/key).

## Empty

### Nested

| a | b |
|---|---|
| 1 | 2 |
"""
HTML = b"""<html><head><title>Site</title></head><body><header>Our site</header><nav><h2>Menu</h2>all pages</nav>
<main><h1 id="top">Runners</h1><p>They run
jobs.</p><h2><a name="pause"></a>Pause&nbsp;one<a href="#pause">\xc2\xb6</a></h2><p>No new jobs.</p><pre><code>a
  b</code></pre><script>alert(1)</script></main><footer>Imprint</footer></body></html>"""


def told(sections: list[DocSection]) -> list[tuple[str, str, str]]:
    return [(one.title, one.anchor, one.text) for one in sections]


def test_a_markdown_page_has_a_section_for_each_heading_with_text() -> None:
    assert told(sections_of("ci/pages.md", PAGE)) == [
        ("Pages", "", "Every project has one."),
        (
            "Pages: Set up",
            "set-up",
            "Write a job:\npages:\n  script: make\n- First copy the key.",
        ),
        ("Pages: Nested", "nested", "a b\n1 2"),
    ]


def test_an_html_page_loses_what_is_around_it() -> None:
    assert told(sections_of("runners.html", HTML)) == [
        ("Runners", "", "They run jobs."),
        ("Runners: Pause one", "pause", "No new jobs.\na\n  b"),
    ]


def test_a_header_within_the_page_holds_its_title() -> None:
    page = b"<body><header>Site</header><article><header><h1>Own</h1></header><p>Text.</p><h1 id=b>Second</h1>More."
    assert told(sections_of("a.html", page)) == [("Own", "", "Text."), ("Own: Second", "b", "More.")]


OF_THE_SITE = "<div role=navigation>x</div>|<aside>x</aside>|<a aria-hidden=true>x</a>|<form>x</form>|<!-- x -->"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ('<h2 id="own">C# jobs</h2>', ("C# jobs", "own")),
        ('<h2>Jobs<a class="headerlink" href="#jobs-1">¶</a></h2>', ("Jobs", "jobs-1")),
        ('<h2><a href="#jobs">#</a> Jobs</h2>', ("Jobs", "jobs")),
        ('<h2><a href="#all">Jobs</a></h2>', ("Jobs", "all")),
        ('<section id="around"><h2>Jobs</h2></section>', ("Jobs", "around")),
        ('<section id="around"><p>x</p><h2>My jobs</h2></section>', ("My jobs", "my-jobs")),
        ('<h2>See <a href="#other">other jobs</a></h2>', ("See other jobs", "see-other-jobs")),
        ("<h2>A &amp; B\n  C</h2>", ("A & B C", "a-b-c")),
    ],
)
def test_headings_of_generators_keep_their_anchors(heading: str, expected: tuple[str, str]) -> None:
    page = f'<?xml version="1.0" encoding="utf-8"?><html><body><h1>T</h1>{heading}<p>Text ü.</p></body></html>'
    section = sections_of("a.html", page.encode())[-1]
    assert (section.title.removeprefix("T: "), section.anchor) == expected
    assert section.text.endswith("Text ü.")


def test_items_of_a_list_with_blank_lines_stay_lines() -> None:
    assert told(sections_of("a.md", b"# A\n\n- one\n\n- two\n\n  more\n")) == [("A", "", "- one\n- two\nmore")]


@pytest.mark.parametrize("site", OF_THE_SITE.split("|"))
def test_what_belongs_to_the_site_is_cut_in_markdown_as_well(site: str) -> None:
    assert told(sections_of("a.md", f"# Own\n\n{site}\n\nText.".encode())) == [("Own", "", "Text.")]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"# Heading first\n\ntext", "Heading first"),
        (b"text alone", "some page"),
        (b"\xef\xbb\xbf# With a mark\n\ntext", "With a mark"),
        (b"---\ntitle: Ends\n---", None),
        (b"", None),
        (b"\x00\xff\xfe", "some page"),
        (b"<!-- only a comment -->", None),
        (b"---\r\ntitle: Lines of Windows\r\n---\r\n\r\ntext\r\n", "Lines of Windows"),
    ],
)
def test_odd_pages_are_read_as_far_as_they_go(content: bytes, title: str | None) -> None:
    found = sections_of("some-page.md", content)
    assert (found[0].title if found else None) == title


@pytest.mark.parametrize(
    ("path", "style", "expected"),
    [
        ("ci/yaml.md", "folder", "https://docs.example.com/ci/yaml/#jobs"),
        ("ci/yaml.md", "html", "https://docs.example.com/ci/yaml.html#jobs"),
        ("ci/yaml.md", "file", "https://docs.example.com/ci/yaml.md#jobs"),
        ("ci/index.md", "folder", "https://docs.example.com/ci/#jobs"),
        ("ci/_index.md", "folder", "https://docs.example.com/ci/#jobs"),
        ("ci/index.md", "html", "https://docs.example.com/ci/index.html#jobs"),
        ("index.md", "folder", "https://docs.example.com/#jobs"),
        ("ci/runners.html", "folder", "https://docs.example.com/ci/runners.html#jobs"),
        ("ci/index.html", "html", "https://docs.example.com/ci/#jobs"),
        ("README.md", "file", "https://docs.example.com/README.md#jobs"),
        ('a b/"c>.md', "folder", "https://docs.example.com/a%20b/%22c%3E/#jobs"),
    ],
)
def test_a_page_has_its_address_in_each_style(path: str, style: str, expected: str) -> None:
    end = path[path.rindex(".") :]
    (section,) = sections_of(path, b"<h2>Jobs</h2>run" if end == ".html" else b"## Jobs\n\nrun")
    assert address("https://docs.example.com/", section, style, end) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("a.html", b"<div><span>"),
        ("a.html", b"<h2>a"),
        ("a.html", b"<p <p "),
        ("a.md", b"> - "),
        ("a.md", b"[a]("),
        ("a.md", b"{{< "),
        ("a.md", b"---\ntitle: x\n"),
    ],
)
def test_hostile_pages_take_no_longer_than_their_length(name: str, one: bytes) -> None:
    def seconds(size: int) -> float:
        content = one * (size // len(one))
        start = time.thread_time()
        sections_of(name, content)
        return time.thread_time() - start

    seconds(1_000)
    # The collector may look at all that the tests hold meanwhile: what is slow is so each time.
    assert any(seconds(40_000) < 0.05 + 12 * seconds(10_000) for _ in range(3))
