"""The HTML of internal notes, from blocks; whatever goes into a block is escaped and neutralised."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from integrations.zendesk.updates import as_html

# Zendesk cuts a comment at 64 kB without a word; below that we cut ourselves, visibly.
MAX_BYTES = 60_000
CUT_QUOTE = " … (cut: too long for a note)"
CUT_NOTE = "(The rest of this note was cut: too long for a note.)"
# What a URL may hold unchanged; braces are not among it.
URL_SAFE = "%/:?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Hyperlink:
    text: str
    url: str
    """Anything but http and https is shown as text."""


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


Inline = str | Bold | Hyperlink


@dataclass(frozen=True, slots=True)
class Paragraph:
    parts: tuple[Inline, ...]

    def __init__(self, *parts: Inline) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Paragraph, ...]

    def __init__(self, *items: Paragraph) -> None:
        object.__setattr__(self, "items", items)


@dataclass(frozen=True, slots=True)
class Quote:
    text: str


Block = Paragraph | Bullets | Quote


def note_html(blocks: Sequence[Block], limit: int = MAX_BYTES) -> str:
    """The note, at most `limit` bytes of UTF-8. Quotes are cut first, then blocks from the end; both say so."""
    rendered = [_block(block) for block in blocks]
    if _size(rendered) > limit:
        rendered = _cut_quotes(blocks, rendered, limit)
    if _size(rendered) > limit:
        rendered = _cut_blocks(rendered, limit)
    return "".join(rendered)


def _cut_quotes(blocks: Sequence[Block], rendered: list[str], limit: int) -> list[str]:
    """Longest quote first, each to what it takes to fit."""
    shorter = list(rendered)
    quotes = [(len(part), at) for at, part in enumerate(rendered) if isinstance(blocks[at], Quote)]
    for _, at in sorted(quotes, reverse=True):
        excess = _size(shorter) - limit
        if excess <= 0:
            break
        block = blocks[at]
        if isinstance(block, Quote):
            shorter[at] = _shortened(block, len(shorter[at].encode()) - excess)
    return shorter


def _shortened(block: Quote, limit: int) -> str:
    """The longest beginning of the quote that takes at most `limit` bytes as HTML, with a word that it was cut."""
    low, high = 0, len(block.text)
    while low < high:
        middle = (low + high + 1) // 2
        if len(_block(replace(block, text=block.text[:middle] + CUT_QUOTE)).encode()) <= limit:
            low = middle
        else:
            high = middle - 1
    return _block(replace(block, text=block.text[:low] + CUT_QUOTE))


def _cut_blocks(rendered: list[str], limit: int) -> list[str]:
    last = _block(Paragraph(CUT_NOTE))
    kept: list[str] = []
    for part in rendered:
        if _size([*kept, part, last]) > limit:
            break
        kept.append(part)
    return [*kept, last]


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_inline(block)}</p>"
    if isinstance(block, Bullets):
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in block.items)}</ul>"
    return f"<blockquote>{as_html(block.text)}</blockquote>"


def _inline(paragraph: Paragraph) -> str:
    return "".join(_part(part) for part in paragraph.parts)


def _part(part: Inline) -> str:
    if isinstance(part, Hyperlink):
        return _link(part)
    return f"<strong>{as_html(part.text)}</strong>" if isinstance(part, Bold) else as_html(part)


def _link(link: Hyperlink) -> str:
    if not _is_web(link.url):
        return f"{as_html(link.text)} ({as_html(link.url)})"
    target = as_html(quote(link.url, safe=URL_SAFE, errors="replace"))
    return f'<a href="{target}" rel="noreferrer">{as_html(link.text)}</a>'


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _size(parts: Sequence[str]) -> int:
    return sum(len(part.encode()) for part in parts)
