"""The tokenizer of uncased BERT, in plain Python: 30,522 word pieces need no package.

`wordpieces.txt` is the vocabulary of bert-base-uncased (Apache-2.0), the one that all-MiniLM-L6-v2 was trained with.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from app.model.name_table import UNKNOWN, NameTable

LONGEST_WORD = 100
MARKS = ("[UNK]", "[CLS]", "[SEP]")
"""Of a word that has no pieces, of the beginning and of the end."""
# CJK is written without blanks: each sign is a word of its own.
_CJK = re.compile(
    "([\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f\U0002b740-\U0002b81f"
    "\U0002b820-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f])"
)

# Of ASCII: signs that are no text are dropped, each sign that is neither letter nor digit is a word of its own.
_NO_SIGNS = dict.fromkeys(code for code in range(128) if not chr(code).isspace() and not chr(code).isprintable())
_IN_ASCII = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")


class WordPieces:
    """Texts as ids of word pieces; safe from any thread."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = NameTable(vocabulary, len(vocabulary))
        marks = self._ids.numbers(MARKS)
        if UNKNOWN in marks:
            raise ValueError(f"the vocabulary of word pieces lacks {MARKS[marks.index(UNKNOWN)]!r}")
        self._unknown, self._first, self._last = marks
        self._cut = lru_cache(maxsize=4096)(self._cut_word)

    def encode(self, text: str, longest: int) -> list[int]:
        """At most `longest` ids, with the two marks around the text."""
        ids = [self._first]
        # No word has more letters than this allows to matter, so a megabyte of text costs no more than a page.
        for word in _words(text[: longest * LONGEST_WORD]):
            ids.extend(self._cut(word))
            if len(ids) >= longest - 1:
                break
        return [*ids[: longest - 1], self._last]

    def _cut_word(self, word: str) -> tuple[int, ...]:
        """The longest known beginning, then the longest known continuation, and so on; unknown if one is missing."""
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                if (number := self._ids.number(prefix + word[start:end])) != UNKNOWN:
                    ids.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(ids)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _IN_ASCII.findall(text.translate(_NO_SIGNS).lower())
    plain = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or not _is_control(sign))
    plain = unicodedata.normalize("NFD", _CJK.sub(r" \1 ", plain))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn").lower()
    return "".join(f" {sign} " if _is_punctuation(sign) else sign for sign in plain).split()


def _is_control(sign: str) -> bool:
    return sign in "\0\ufffd" or unicodedata.category(sign).startswith("C")


def _is_punctuation(sign: str) -> bool:
    # ASCII symbols such as $ and + count as punctuation here, though Unicode calls them otherwise.
    is_symbol = sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " "
    return is_symbol or unicodedata.category(sign).startswith("P")
