"""What a stranger's feed costs its reader is bounded by what is handed on, not by what was sent."""

from collections.abc import Callable

import pytest
from lxml import etree

from integrations.feeds import feed_document as module
from integrations.feeds.feed_document import LONGEST_HTML, MOST_ENTRIES, MOST_MARKUP, feed_document

ATOM = "http://www.w3.org/2005/Atom"


def rss(inner: str, attributes: str = "") -> str:
    return f'<rss version="2.0" {attributes}><channel>{inner}</channel></rss>'


def item(inner: str) -> str:
    return rss(f"<item><title>t</title>{inner}</item>")


def numbered(form: str, times: int) -> str:
    return "".join(form.format(one) for one in range(times))


HOSTILE: dict[str, Callable[[int], str]] = {
    "a long author": lambda n: item(f"<author>{'a' * 60 * n}</author>"),
    "a long name": lambda n: item(f"<author><name>{'a' * 60 * n}</name></author>"),
    "a long date": lambda n: item(f"<pubDate>{'1 ' * 60 * n}</pubDate>"),
    "a long address": lambda n: item(f"<link>https://e.org/{'a' * 60 * n}</link>"),
    "a long title": lambda n: item(f"<title>{'a' * 60 * n}</title>"),
    "many categories": lambda n: item(numbered("<category>{}</category>", n)),
    "many authors": lambda n: item(numbered("<author>{}</author>", n)),
    "many texts": lambda n: item(numbered("<description>{}</description>", n)),
    "many attributes": lambda n: item(f"<author {numbered('a{}=`` ', n).replace('`', chr(34))}>a</author>"),
    "many namespaces": lambda n: rss("<item/>", numbered("xmlns:n{0}='u{0}' ", n)),
    "elements in elements": lambda n: item("<a>" * n + "</a>" * n),
    "a long base": lambda n: rss("<item/>" * 3, f'xml:base="https://e.org/{"a/" * n}"'),
    "bases in bases": lambda n: item("<a xml:base='a/'>" * n + "</a>" * n),
    "elements that are never closed": lambda n: item("<a>" * n),
    "blank lines before the first element": lambda n: "\n" * n + rss("<item/>"),
    "declared entities": lambda n: f"<!DOCTYPE a [{numbered('<!ENTITY a{} `b`>', n).replace('`', chr(34))}]>{rss('')}",
    "comments": lambda n: item("<!-- a -->" * n),
    "elements before the entries": lambda n: rss("<image/>" * n + "<item/>"),
}


@pytest.mark.parametrize("shape", HOSTILE.values(), ids=HOSTILE)
def test_a_longer_feed_is_handed_on_no_longer(shape: Callable[[int], str]) -> None:
    sizes = [len(feed_document(shape(many).encode()).xml) for many in (LONGEST_HTML // 60, LONGEST_HTML // 30)]
    assert sizes[0] == sizes[1] <= LONGEST_HTML + 1000


def test_markup_that_is_not_escaped_becomes_text_and_nests_no_longer() -> None:
    title = "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>c</b><script/> &lt; d</div></title>"
    entry = feed_document(f"<feed xmlns='{ATOM}'><entry>{title}</entry></feed>".encode()).xml
    (read,) = etree.fromstring(entry).iter(f"{{{ATOM}}}title")
    assert len(read) == 0
    assert read.text.endswith(">a <b>c</b><script></script> &lt; d</div>")


@pytest.mark.parametrize(
    "written",
    [item("<category/>" * (MOST_MARKUP + 1)), item("&amp;" * MOST_MARKUP), rss("<item/>" * (MOST_ENTRIES + 1))],
)
def test_more_than_any_feed_has_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="too m"):
        feed_document(written.encode())


def test_no_entity_is_expanded_and_no_file_read() -> None:
    declared = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    xml = feed_document(f"{declared}{item('<title>x&b;y&f;z &amp; w</title>')}".encode()).xml
    assert b"aaaa" not in xml
    assert b"<title>x&amp;b;y&amp;f;z &amp; w</title>" in xml


@pytest.mark.parametrize(
    ("written", "titles"),
    [
        (item("<title>a & b&nbsp;c</title>"), ["t", "a & b\xa0c"]),
        (rss("<item><title>a<br>b</title></item><item><title>c</title></item>"), ["a<br>b</br>", "c"]),
        (rss("<item><title>a</title></item><item><title>b"), ["a"]),
        (rss("<item><description><item><title>no entry</title></item></description></item>"), []),
    ],
    ids=["ampersands", "an element that is never closed", "broken off", "an element in a text"],
)
def test_what_is_not_well_formed_is_read_as_far_as_it_goes(written: str, titles: list[str]) -> None:
    written = written.removesuffix("</channel></rss>") if written.endswith("b</channel></rss>") else written
    read = etree.fromstring(feed_document(written.encode()).xml)
    assert [one.text for one in read.iter("title")] == titles


def test_what_is_no_xml_is_refused() -> None:
    for written in (b"", b"Are you a robot?", b"<?" + b"encoding='" * 50_000):
        with pytest.raises(ValueError, match="no XML"):
            module.feed_document(written)
