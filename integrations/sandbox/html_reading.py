"""The standard library's HTML parser, for texts that anybody may have written: it must not fail on any of them."""

from __future__ import annotations

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
