"""A feed of a stranger, cut down to what its reader needs: entries with plain parts, each of a bounded length.

feedparser knows what feeds mean, but takes time with the square or cube of what it is given: long authors and dates,
many attributes, namespaces or categories, a base for relative links, blank lines before the first element. libxml2
reads them in linear time. No entity is expanded, no DTD is loaded, and nothing nests in what is handed on.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from html.entities import name2codepoint
from typing import Any, Final

from lxml import etree

MOST_MARKUP: Final = 500_000
"""Tags and entities in a document, those in its texts too."""
MOST_ENTRIES: Final = 2000
MOST_ALIKE: Final = 3
"""Parts of one name in an entry."""
LONGEST_HTML: Final = 60_000
"""A ticket's text is no longer."""
LONGEST_ADDRESS: Final = 2000
LONGEST_NAME: Final = 120
"""feedparser looks for an e-mail in it from every letter on."""
LONGEST_DATE: Final = 100
_ENTRIES: Final = frozenset({"item", "entry"})
_LONGEST: Final[Mapping[str, int]] = {
    **dict.fromkeys(("title", "description", "summary", "subtitle", "abstract", "tagline"), LONGEST_HTML),
    **dict.fromkeys(("content", "encoded", "body", "fullitem"), LONGEST_HTML),
    **dict.fromkeys(("link", "guid", "id", "comments"), LONGEST_ADDRESS),
    **dict.fromkeys(("pubdate", "published", "issued", "updated", "modified", "date", "created"), LONGEST_DATE),
    **dict.fromkeys(("author", "creator"), LONGEST_NAME),
}
"""Parts of an entry; all others say nothing about its post."""
_WHOLE_OR_NONE: Final = frozenset({"link", "guid", "id", "comments"})
"""Half of one is another one."""
_RELS: Final = frozenset({"self", "alternate"})
"""Of links: where the entry is read."""
_PERSON: Final = frozenset({"name", "uri", "url", "email", "homepage"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr"})
_ATTRIBUTES: Final = (
    *("href", "rel", "type", "mode", "version", "isPermaLink", "url"),
    "{http://www.w3.org/XML/1998/namespace}base",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about",
)
_NAMESPACES: Final = re.compile(
    r"|https?://(?:www\.)?(?:w3\.org/2005/atom|w3\.org/1999/xhtml|w3\.org/1999/02/22-rdf-syntax-ns#|purl\.org/.{1,60}"
    r"|backend\.userland\.com/.{1,40}|my\.netscape\.com/.{1,40}|search\.yahoo\.com/mrss/?"
    r"|itunes\.com/dtds/podcast-1\.0\.dtd)",
    re.IGNORECASE,
)
"""Those that feedparser knows with such parts."""
_CDATA_OR_AMPERSAND: Final = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*\Z)|&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(?:(\w{1,10});)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class FeedDocument:
    xml: bytes
    """Well-formed, in UTF-8."""
    is_whole: bool


def feed_document(body: bytes, charset: str = "") -> FeedDocument:
    """`charset`: of the body, whatever it says itself; empty: it knows better.

    What is not well-formed is read as far as it goes; an entry that breaks off is left out. Raises ValueError for what
    is no XML, and for more than any feed has.
    """
    if body.count(b"<") + body.count(b"&") > MOST_MARKUP:
        raise ValueError("too much markup")
    root, is_whole = _read(body, charset)
    entries = list(_entries(root, any_depth=not is_whole))
    if not is_whole and not _is_closed(root, body):
        entries = entries[:-1]
    if len(entries) > MOST_ENTRIES:
        raise ValueError("too many entries")
    cut = _copy_of(root)
    feed = next((_below(cut, one) for one in root if _name(one) == "channel"), cut)
    for entry in entries:
        _add_entry(feed, entry)
    return FeedDocument(etree.tostring(cut, encoding="utf-8", xml_declaration=True), is_whole)


def _read(body: bytes, charset: str) -> tuple[Any, bool]:
    """The root; and whether the feed was well-formed, but for an ampersand."""
    for given, recovers in ((body, False), (mended := _CDATA_OR_AMPERSAND.sub(_mended, body), False), (mended, True)):
        try:
            root = etree.fromstring(given.lstrip(), _parser(charset, recovers=recovers))
        except etree.XMLSyntaxError:
            continue
        if root is not None:
            return root, not recovers
    raise ValueError("no XML")


def _parser(charset: str, *, recovers: bool) -> Any:
    try:
        return etree.XMLParser(
            encoding=charset or None,
            recover=recovers,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    except LookupError:  # no such charset
        return _parser("", recovers=recovers)


def _mended(found: re.Match[bytes]) -> bytes:
    """An ampersand that stands for itself, and the entities of HTML, which XML does not know."""
    if found[0].startswith(b"<"):
        return found[0]
    code = name2codepoint.get((found[1] or b"").decode("ascii", "replace"))
    return b"&#%d;" % code if code else b"&amp;" + found[0][1:]


def _entries(root: Any, *, any_depth: bool) -> Iterator[Any]:
    """Where an element was not closed, what follows stands in it. Else an element in a text is no entry."""
    holders = [root, *(one for one in root if _name(one) == "channel")]
    elements: Iterable[Any] = root.iter(etree.Element) if any_depth else (one for holder in holders for one in holder)
    return (one for one in elements if _name(one) in _ENTRIES)


def _is_closed(root: Any, body: bytes) -> bool:
    return f"</{f'{root.prefix}:' if root.prefix else ''}{etree.QName(root).localname}".encode() in body[-100:]


def _add_entry(feed: Any, entry: Any) -> None:
    cut, alike = _below(feed, entry), Counter[str]()
    for part in _parts(entry):
        name = _name(part)
        if name not in _LONGEST or not _NAMESPACES.fullmatch(_namespace(part)) or part.get("rel", "self") not in _RELS:
            continue
        alike[name] += 1
        if alike[name] <= MOST_ALIKE:
            _add_part(cut, part, name)


def _parts(entry: Any) -> Iterator[Any]:
    """Also those of a `media:group`, as YouTube has it."""
    for part in entry:
        yield from part if _name(part) == "group" else (part,)


def _add_part(entry: Any, part: Any, name: str) -> None:
    longest = _LONGEST[name]
    persons = [one for one in part if _name(one) in _PERSON] if longest == LONGEST_NAME else []
    if longest == LONGEST_HTML and next(part.iterchildren(etree.Element), None) is not None:
        text, type_ = _inner_html(part), "html"
    else:
        text, type_ = _text(part), ""
    if name in _WHOLE_OR_NONE and len(text) > longest:
        return
    cut = _below(entry, part)
    if type_:
        cut.set("type", type_)
    cut.text = None if persons else text[:longest]
    for person in persons[: len(_PERSON)]:
        _below(cut, person).text = _text(person)[:longest]


def _below(parent: Any, original: Any) -> Any:
    return etree.SubElement(parent, original.tag, _attributes(original))


def _copy_of(root: Any) -> Any:
    """With no namespace but its own: feedparser goes through all that are declared, at every element."""
    return etree.Element(root.tag, _attributes(root))


def _attributes(element: Any) -> dict[str, str]:
    # One by one: to go through all of them takes lxml time with the square of their number.
    given = {name: element.get(name, "") for name in _ATTRIBUTES}
    return {name: value for name, value in given.items() if value and len(value) <= LONGEST_ADDRESS}


def _name(element: Any) -> str:
    """Without its namespace; an undeclared prefix stays."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _namespace(element: Any) -> str:
    return str(element.tag.rpartition("}")[0].removeprefix("{"))


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _inner_html(element: Any) -> str:
    """Of markup that is not escaped, as Atom has XHTML."""
    for one in element.iter(etree.Element):
        if one.text is None and _name(one) not in _VOID:
            one.text = ""  # <script/> would hide what follows
    inner = [etree.tostring(one, encoding="unicode") for one in element]
    return escape(element.text or "", quote=False) + "".join(inner)
