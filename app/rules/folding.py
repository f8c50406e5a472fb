"""Makes texts comparable: a phrase takes "Can’t  Push" and "can't push" for the same.

`clean` is what patterns see (layout and case kept), `fold` what phrases see. Both keep accents: "año" is not "ano".
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_SINGLE_QUOTES = "‘’‚‛′ʼ´＇"
_DOUBLE_QUOTES = "“”„‟″«»＂"
_DASHES = "‐‑‒–—―−﹘﹣－"
_INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f" + "".join(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
_REPLACED: Final[dict[int, str]] = {
    **dict.fromkeys(map(ord, _SINGLE_QUOTES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _INVISIBLE), ""),
    # A lone surrogate (half of an emoji that was cut in two) cannot be encoded, so RE2 would refuse the whole text.
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def clean(text: str) -> str:
    """Make compatible forms and typographic signs plain, and drop invisible ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_REPLACED))


def fold(text: str) -> str:
    """`clean`, then fold case and make each run of white space one space."""
    return " ".join(clean(text).casefold().split())


def is_word(character: str) -> bool:
    """Whether it is part of a word. Scripts without blanks between words have no word boundaries."""
    code = ord(character)
    if code < 0x2E80:
        return character.isalnum() or character == "_"
    return character.isalnum() and not (code < 0xA4D0 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x40000)


@dataclass(frozen=True)
class Folded:
    """A text with its two comparable forms, and the way back to the original."""

    original: str

    @cached_property
    def clean(self) -> str:
        return clean(self.original)

    @cached_property
    def folded(self) -> str:
        return " ".join(self.clean.casefold().split())

    def piece(self, start: int, end: int, *, folded: bool) -> str:
        """The original text behind `folded[start:end]` or `clean[start:end]`."""
        # No map is kept: a trace asks for one or two places, and the length of a folded prefix only ever grows.
        form = fold if folded else clean

        def length(prefix: int) -> int:
            return len(form(self.original[:prefix]))

        prefixes = range(len(self.original) + 1)
        first = bisect_right(prefixes, start, key=length) - 1
        last = bisect_right(prefixes, max(start, end - 1), key=length)
        return self.original[max(0, first) : last]
