"""The standard library's HTML parser, for texts that anybody may have written: it must not fail on any of them."""

import re
from html.parser import HTMLParser

_DECLARATION = re.compile(r"<!(?!--)")


class LenientHtmlParser(HTMLParser):
    """Feed the whole text at once. Character references arrive decoded; `<!` and `<![` without a comment are text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def feed(self, data: str) -> None:
        # On an unknown marked section (`<![x[`) the standard parser raises AssertionError.
        super().feed(_DECLARATION.sub("&lt;!", data))


class HtmlText(LenientHtmlParser):
    """The text of some HTML, without what stands inside `silent` tags; `breaks` tags begin a new line."""

    def __init__(self, html: str, silent: frozenset[str], breaks: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        """Every start tag, with its attributes."""
        self._silent, self._breaks, self._depth = silent, breaks, 0
        self._parts: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._depth += tag in self._silent
        if tag in self._breaks:
            self._parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            self._depth = max(0, self._depth - 1)
        elif tag in self._breaks and tag != "br":
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self._parts.append(data)
