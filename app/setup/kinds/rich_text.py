"""A reply as it is kept in a macro: plain lines where its HTML says no more than these, else HTML in one spelling.

Who saves a macro in Admin Center turns its plain text into HTML. That is no change; a bold word or another link is.
"""

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml import html

_SAME: Final = {"strong": "b", "em": "i", "del": "s", "strike": "s", "div": "p"}
_SAYS_NOTHING: Final = frozenset({"span", "font", "tbody", "html", "body"})
_STYLES: Final = frozenset({"color", "background-color", "font-weight", "font-style", "text-decoration"})
_KEPT: Final = {"a": ("href",), "img": ("alt", "src")}
_BLOCK: Final = r"(?:p|ul|ol|li|h[1-6]|blockquote|pre|hr|table|thead|tr|td|th)"
_AROUND: Final = re.compile(rf"\s*(</?{_BLOCK}>|<br>)\s*")
_EMPTY: Final = re.compile(r"(?:<br>)+(?=</p>)|(?<=<p>)(?:<br>)+|<(p|b|i|u|s|code|span)>\s*</\1>")
_TAG: Final = re.compile(r"</?[a-z][^>]*>")
_PLAIN: Final = frozenset({"<p>", "</p>", "<br>"})


def reply_of_html(written: str) -> str:
    """Plain lines, or `<p>Hi <b>you</b></p>` where there is more to it."""
    canonical = _canonical(written)
    if set(_TAG.findall(canonical)) <= _PLAIN:
        return plain_lines(unescape(_TAG.sub(lambda tag: "\n" if tag[0] == "<br>" else "\n\n", canonical)))
    return re.sub(rf"(</{_BLOCK}>)(?=<)", r"\1\n", canonical)


def is_rich(reply: str) -> bool:
    """Is this what `reply_of_html` makes of formatted text?"""
    return bool(_TAG.search(reply)) and reply_of_html(reply) == reply


def plain_lines(written: str) -> str:
    """Without blanks at the ends of lines, and with one empty line at most between two."""
    lines = [" ".join(line.split()) for line in written.splitlines()]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip()


def _canonical(written: str) -> str:
    if not written.strip():
        return ""
    from lxml import html  # noqa: PLC0415  # heavy, and only needed where the set-up is looked at

    found = _inside(html.fragment_fromstring(written, create_parent="section"))
    if not re.match(rf"\s*<{_BLOCK}>", found):
        found = f"<p>{found}</p>"
    for _ in range(len(found)):
        shorter = _EMPTY.sub("", _AROUND.sub(r"\1", found))
        if shorter == found:
            break
        found = shorter
    return found


def _inside(element: "html.HtmlElement") -> str:
    parts = [_text(element.text)]
    for child in element:
        parts += [_one(child) if isinstance(child.tag, str) else "", _text(child.tail)]
    return "".join(parts)


def _one(element: "html.HtmlElement") -> str:
    name, inner = _SAME.get(element.tag, element.tag), _inside(element)
    kept = {one: element.get(one, "").strip() for one in _KEPT.get(name, ())}
    if name == "a" and _address(kept["href"]) == _address(unescape(inner).strip()):
        return inner  # the editor makes a link of every address
    if name in _SAYS_NOTHING:
        style = _style(element.get("style", ""))
        return f'<span style="{style}">{inner}</span>' if style else inner
    if name == "p" and element.getparent() is not None and element.getparent().tag == "li":
        return inner
    attributes = "".join(f' {one}="{escape(value)}"' for one, value in kept.items())
    return f"<{name}{attributes}>" if name in {"br", "img", "hr"} else f"<{name}{attributes}>{inner}</{name}>"


def _style(given: str) -> str:
    said = (one.partition(":") for one in given.lower().split(";"))
    kept = {name.strip(): value.strip() for name, _, value in said if name.strip() in _STYLES}
    return escape("; ".join(f"{name}: {value}" for name, value in sorted(kept.items())))


def _address(written: str) -> str:
    return written.removeprefix("mailto:").rstrip("/")


def _text(written: str | None) -> str:
    return escape(" ".join(f"|{written or ''}|".split())[1:-1], quote=False)
