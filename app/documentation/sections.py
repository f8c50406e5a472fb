"""A page of documentation, split at its headings: what is found and linked is a section, not a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote

from lxml import etree

from app.documentation.anchors import Anchors, AnchorStyle
from app.documentation.markdown import from_markdown

HTML_ENDS: Final = (".html", ".htm")
PAGE_ENDS: Final = (".md", ".markdown", *HTML_ENDS)
LONGEST_TEXT: Final = 20_000
"""Characters of a section that are kept."""
MOST_SECTIONS: Final = 500
"""Of one page."""
AddressStyle = Literal["folder", "html", "file"]
"""Where `ci/yaml.md` is: `ci/yaml/`, `ci/yaml.html`, or as it is called."""

_HEADINGS: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_LEFT_OUT: Final = frozenset(
    {"aside", "button", "dialog", "footer", "form", "head", "iframe", "nav", "noscript", "script", "select", "style"}
    | {"svg", "template"}
)
_ROLES_LEFT_OUT: Final = frozenset({"banner", "contentinfo", "navigation", "search"})
_LINES: Final = frozenset({"blockquote", "br", "dd", "div", "dt", "li", "p", "pre", "section", "table", "tr"})
_CELLS: Final = frozenset({"td", "th"})
_IN_LINE: Final = frozenset({"a", "b", "code", "em", "i", "mark", "span", "strong"})
_BLANKS: Final = re.compile(r"\s+")
_INDEX: Final = re.compile(r"(?:\A|(?<=/))_?(?:index|readme)\Z", re.IGNORECASE)
_ITEM: Final = "\n- "
_PARSER: Final = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


@dataclass(frozen=True, slots=True)
class DocSection:
    """A heading and what stands under it, up to the next one."""

    page: str
    """Its path, without the end of the file's name."""
    anchor: str
    """Empty at the beginning of a page."""
    title: str
    """The page's, and the heading's behind a colon."""
    text: str


@dataclass
class _Open:
    """A section that is being read."""

    heading: str
    anchor: str
    parts: list[str] = field(default_factory=list)

    def add(self, text: str | None, within: etree._Element | None) -> None:
        """Blanks as they are shown: code keeps its own."""
        if text and not _is_code(within):
            text = _BLANKS.sub(" ", text)
            text = text.lstrip() if not self.parts or self.parts[-1][-1:].isspace() else text
        if text:
            self.parts.append(text)


def sections_of(path: str, content: bytes, anchors: AnchorStyle = "gitlab") -> list[DocSection]:
    """Of one page; none for what cannot be read. Sections without text are left out."""
    text, title = content.decode("utf-8", "replace").removeprefix("\ufeff"), ""
    if not path.lower().endswith(HTML_ENDS):
        title, text = from_markdown(text)
    page = path.rpartition(".")[0]
    return list(_sections(page, title, text, Anchors(anchors)))


def address(base_url: str, section: DocSection, style: AddressStyle, end: str) -> str:
    """`end`: of the file's name. HTML is served as it is called."""
    page, is_html = _INDEX.sub("", section.page), end in HTML_ENDS
    style = "folder" if is_html and page != section.page else "file" if is_html else style
    if style == "file" or (style == "html" and page != section.page):
        page = section.page
    ends = {"folder": "/" if page and not page.endswith("/") else "", "html": ".html", "file": end}
    anchor = f"#{quote(section.anchor)}" if section.anchor else ""
    return f"{base_url.rstrip('/')}/{quote(page)}{ends[style]}{anchor}"


def _sections(page: str, title: str, markup: str, anchors: Anchors) -> Iterator[DocSection]:
    root = _main(markup)
    if root is None:
        return
    found = [_Open("", "")]
    _walk(root, found, anchors)
    first = next((one.heading for one in found if one.heading), "")
    title = title or first or page.rpartition("/")[2].replace("-", " ").replace("_", " ")
    for one in found[:MOST_SECTIONS]:
        text = "\n".join(line for line in map(str.rstrip, "".join(one.parts).splitlines()) if line).strip()
        if text:
            is_page = one.heading in {"", title}
            yield DocSection(
                page, one.anchor, title if is_page else f"{title}: {one.heading}", text[:LONGEST_TEXT].strip()
            )


def _main(markup: str) -> etree._Element | None:
    """What is the page's own; None: nothing can be read."""
    try:
        # As bytes: a text that names its own encoding is refused.
        root = etree.fromstring(markup.encode("utf-8", "replace"), _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    for path in ("//main", "//*[@role='main']", "//article", "//body"):
        if (own := root.find("." + path)) is not None:
            return own
    return root


def _walk(root: etree._Element, found: list[_Open], anchors: Anchors) -> None:
    """Without recursion: a page may be nested as deep as its author likes."""
    skipped = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "end":
            if skipped is element:
                skipped = None
            if skipped is None and element is not root:
                if tag in _LINES or tag in _CELLS:
                    found[-1].parts.append(" " if tag in _CELLS else "\n")
                found[-1].add(element.tail, element.getparent())
        elif skipped is None:
            if tag in _HEADINGS:
                found.append(_heading(element, anchors, is_first=len(found) == 1))
                skipped = element
            elif element is not root and _is_left_out(element):
                skipped = element
            else:
                if tag in _LINES and found[-1].parts[-1:] != [_ITEM]:
                    found[-1].parts.append(_ITEM if tag == "li" else "\n")
                found[-1].add(element.text, element)


def _is_left_out(element: etree._Element) -> bool:
    """What belongs to the site. A header within the page's own part may hold its title."""
    if element.tag in _LEFT_OUT or element.get("role") in _ROLES_LEFT_OUT or element.get("aria-hidden") == "true":
        return True
    return bool(element.tag == "header" and element.getparent().tag == "body")


def _is_code(within: etree._Element | None) -> bool:
    while within is not None and within.tag in _IN_LINE:
        within = within.getparent()
    return within is not None and within.tag == "pre"


def _heading(element: etree._Element, anchors: Anchors, *, is_first: bool) -> _Open:
    said, links = _said(element), list(element.iter("a"))
    # Generators put a sign there, or make all of it the link; what links a part of it leads elsewhere.
    to_itself = [one for one in links if one.get("href", "").startswith("#") and _said(one) in {said, *_signs(one)}]
    for link in to_itself:
        for sign in _signs(link):
            said = said.removesuffix(sign).removeprefix(sign).strip()
    given = (
        element.get("id")
        or next((found for link in links if (found := link.get("id") or link.get("name"))), "")
        or next((link.get("href")[1:] for link in to_itself), "")
        or _id_around(element)
    )
    heading, anchor = anchors.of(said, given)
    return _Open(heading, "" if is_first and element.tag == "h1" else anchor)


def _said(element: etree._Element) -> str:
    return _BLANKS.sub(" ", "".join(element.itertext())).strip()


def _signs(link: etree._Element) -> set[str]:
    said = _said(link)
    return set() if any(sign.isalnum() for sign in said) else {said}


def _id_around(heading: etree._Element) -> str:
    """Sphinx gives it to the section that begins with the heading."""
    around = heading.getparent()
    begins = around is not None and around.tag in {"section", "div"} and around[0] is heading
    return str(around.get("id", "")) if begins else ""
