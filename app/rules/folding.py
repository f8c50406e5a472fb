"""Makes texts comparable: a phrase takes "Can’t  Push" and "can't push" for the same.

`clean` is what patterns see (layout and case kept), `fold` what phrases see. Both keep accents: "año" is not "ano".
"""

import html
import re
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
    ord("İ"): "I",
    # A lone surrogate (half of an emoji that was cut in two) cannot be encoded, so RE2 would refuse the whole text.
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


# Some gateways and feeds pass them on as they are.
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_LONGEST_ENTITY: Final = 34
# Turkish upper case knows both letters, and writers without a Turkish keyboard mix them up.
_ONE_I: Final = {ord("ı"): "i", 0x0307: ""}
_LINK: Final = ("://", "www.", "@")
_JOINED: Final = re.compile(r"(?<=[^\W_])[-_]++(?=[^\W_])")
_EMPHASIS: Final = re.compile(r"(?<![\w*~`])[*_~`]++(?=[^\W_])|(?<=[^\W_])[*_~`]++(?![^\W_])")
_WRITTEN: Final = re.compile(r"\S+")
_BACK_QUOTE: Final = re.compile(r"(?<=[A-Za-z])`(?=(?:t|s|re|ve|ll|d|m)\b)")
"""Some keyboards write can`t."""
_WITHOUT_BLANKS: Final = ((0x0E00, 0x10A0), (0x1780, 0x1800))
"""Thai, Lao, Tibetan, Burmese, Khmer."""
OPEN_END: Final = "*"
"""At a phrase's end: the word may go on."""
_LONGEST_WORD: Final = 200
"""Characters. In what is longer a piece is found by halves, and may be a little too long."""


def clean(text: str) -> str:
    """Make compatible forms, typographic signs and HTML's entities plain, and drop invisible characters."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "`" in text:
        text = _BACK_QUOTE.sub("'", text)
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_REPLACED))


def fold(text: str) -> str:
    """`clean`, then fold case, Markdown's emphasis, and what joins words; each run of white space becomes one space."""
    return " ".join(map(_loosened, _same_case(text).split()))


def _same_case(text: str) -> str:
    return clean(text).casefold().translate(_ONE_I)


def fold_phrase(phrase: str) -> str:
    """A phrase as it is looked for in a folded text; a star at its end is a sign of ours, and stays."""
    words, star = phrase.removesuffix(OPEN_END), phrase.endswith(OPEN_END)
    return fold(words) + OPEN_END * star


def _loosened(word: str) -> str:
    """`merge_button` and `locked-out` are two words each, `**locked**` is one. Not in links: they name other things."""
    if word.isalnum() or _is_link(word):
        return word
    return _EMPHASIS.sub("", _JOINED.sub(" ", word))


def _is_link(word: str) -> bool:
    return any(sign in word for sign in _LINK)


def is_inside_a_word(left: str, right: str) -> bool:
    """Whether no word ends between these two characters.

    One ends between Latin letters and Hangul, and anywhere in scripts without blanks between words.
    """
    return _is_word(left) and _is_word(right) and _is_hangul(left) == _is_hangul(right)


def may_go_on(last: str) -> bool:
    """Whether a phrase that ends so may be followed by more: Korean particles hang on the word."""
    return _is_hangul(last)


def _is_word(character: str) -> bool:
    code = ord(character)
    if any(first <= code < behind for first, behind in _WITHOUT_BLANKS):
        return False
    if code < 0x2E80:
        return character.isalnum() or character == "_"
    return character.isalnum() and not (code < 0xA4D0 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x40000)


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff"


@dataclass(frozen=True)
class Folded:
    """A text with its two comparable forms, and the way back to the original."""

    original: str

    @cached_property
    def clean(self) -> str:
        return clean(self.original)

    @cached_property
    def folded(self) -> str:
        return fold(self.original)

    def piece(self, start: int, end: int, *, folded: bool) -> str:
        """The original text behind `folded[start:end]` or `clean[start:end]`."""
        first, last = self.place(start, end, folded=folded)
        return self.original[first:last]

    def place(self, start: int, end: int, *, folded: bool) -> tuple[int, int]:
        """Where that piece stands in the original."""
        # No map is kept: a trace asks for one or two places.
        return self._folded_place(start, end) if folded else self._clean_place(start, end)

    def _clean_place(self, start: int, end: int) -> tuple[int, int]:
        if self.clean == self.original:
            return start, max(start + 1, end)

        def length(prefix: int) -> int:
            return len(clean(self.original[: self._before_entity(prefix)]))

        prefixes = range(len(self.original) + 1)
        first = bisect_right(prefixes, start, key=length) - 1
        last = bisect_right(prefixes, max(start, end - 1), key=length)
        return max(0, first), last

    def _before_entity(self, prefix: int) -> int:
        """Where the entity begins that a prefix of this length would cut in two; else the length itself."""
        begin = self.original.rfind("&", max(0, prefix - _LONGEST_ENTITY), prefix)
        found = _ENTITY.match(self.original, begin) if begin >= 0 else None
        return begin if found and found.end() > prefix else prefix

    def _folded_place(self, start: int, end: int) -> tuple[int, int]:
        """Word by word: each is folded by itself."""
        position, first, last = 0, None, 0
        for word in _WRITTEN.finditer(self.original):
            length = len(fold(word[0]))
            if not length:
                continue
            after = position + length
            if first is None and start < after:
                first = word.start() + _begin_in(word[0], start - position)
            if end <= after:
                last = word.start() + _end_in(word[0], end - position)
                break
            position = after + 1
            last = word.end()
        return first or 0, last


def _begin_in(word: str, start: int) -> int:
    """Where the character `start` of the folded word begins in the word as it is written."""
    return max(0, bisect_right(_lengths(word), max(0, start)) - 1)


def _end_in(word: str, end: int) -> int:
    return bisect_right(_lengths(word), end) - 1


def _lengths(word: str) -> list[int]:
    """How long the folded word is at least, after each of its beginnings."""
    if len(word) > _LONGEST_WORD:
        return [*range(len(word) + 1)]
    # A link's beginning may not look like one yet.
    folded = _same_case if _is_link(_same_case(word)) else fold
    lengths = [len(folded(word[:at])) for at in range(len(word) + 1)]
    for at in range(len(word) - 1, -1, -1):
        lengths[at] = min(lengths[at], lengths[at + 1])
    return lengths
