"""The requester's names: whole, and each part of three letters or more.

Case and accents do not matter; a genitive, a login (`jsmith`, `john.smith`) or a path is found too.

A part that is also a word ("Will", "Mark", "Page") goes only where it reads as a name: beside another part, in a
greeting or a signature, or (unless it is a word of software or a month) with a capital inside a sentence.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from app.redaction.kinds import Span
from app.redaction.literal_search import DATA
from app.word_lists import words, words_of

NO_NAMES: Final = words_of(DATA / "no_names.txt")
PARTICLES: Final = words_of(DATA / "particles.txt")
PRODUCT_WORDS: Final = words_of(DATA / "product_words.txt")
COMMON_WORDS: Final = words_of(DATA / "common_words.txt")
_WORDS: Final = PRODUCT_WORDS | COMMON_WORDS

SHORTEST = 3
SHORTEST_LOGIN = 5
MOST_NAMES = 20
LONGEST_NAME = 200
LINE = 60
"""Characters on either side within which a name that stands alone on its line is looked for."""

_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}]|['’ʼ](?=[^\W\d_]))*+")
_UNFOLDED: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "’": "'", "ʼ": "'"}
)
_SPELLED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Scripts that write names without blanks around them, or glue particles to them (Thai to Hangul).
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")

_BETWEEN = re.compile(r"[^\S\n]{0,3}(?:[^\W\d_]\.?[^\S\n]{1,3}|-|–)?")
_BETWEEN_IN_LOGIN = re.compile(r"[._-]?")
_INTRODUCTIONS: Final = words(
    """
    i'm it's hi hello hey dear thanks cheers regards best wishes sincerely yours love mr mr. mrs mrs. ms ms. dr dr. by
    from: author: name: signed says said
    """
)
_LONG_INTRODUCTIONS: Final = ("i am", "this is", "name is", "thank you")
_SENTENCE_START = re.compile(r"(?:^|[\n.!?:;|•*\"“„'‘(\[{/>#=`_-])[ \t]*\Z")
_GENITIVE = re.compile(r"['’ʼ][sS]?\Z")
_INITIAL_BEFORE = re.compile(r"(?<![^\W_])[^\W\d_]\.[ ]?\Z")


class _Whole(NamedTuple):
    """A handle, or a name in a script without blanks."""

    name: str
    pattern: str

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Most texts do not hold it, and are not worth a pattern; outside of ASCII, case has its own ways."""
        if text.isascii() and self.name.isascii() and self.name.lower() not in text.lower():
            return iter(())
        return re.compile(self.pattern).finditer(text)


@dataclass(frozen=True, slots=True)
class _Names:
    parts: frozenset[str]
    """Folded words that are a name wherever they stand."""
    words: frozenset[str]
    """Folded words that may be one."""
    loose: frozenset[str]
    """Folded short parts (Xi, Li), which count beside another part only."""
    pairs: frozenset[tuple[str, str]]
    """Of these, each two that follow each other in a name."""
    wholes: tuple["_Whole", ...]
    """Handles, and names in scripts without blanks."""


def names_of(names: Iterable[str]) -> Callable[[str], Iterable[Span]]:
    """Makes the finder for these names."""
    known = _known(names)
    return lambda text: _found(text, known)


def names_once_recognised(text: str, names: Iterable[str]) -> Iterator[Span]:
    """Others whose names a header or a signature gave away: whole, or a part where it reads as a name."""
    known = _known(names)
    if not (known.parts or known.words or known.wholes):
        return
    # What the text has in small letters too is a word of it, as "gateway" of "Acme Gateway".
    small = {fold(word) for word in set(_WORD.findall(text)) if word.islower()}
    for span in _found(text, replace(known, parts=frozenset(), words=known.parts | known.words)):
        if fold(text[span.start : span.end]) not in small:
            yield span._replace(kind="person_name")


def fold(word: str) -> str:
    """Without case and accents: "Wennerström", "WENNERSTRÖM" and "Wennerstrom" are one."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word.casefold()).translate(_UNFOLDED)
    return "".join(c for c in folded if not unicodedata.combining(c))


def _known(names: Iterable[str]) -> _Names:
    parts: set[str] = set()
    words: set[str] = set()
    loose: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    wholes: dict[str, _Whole] = {}
    for _, given in zip(range(MOST_NAMES), names, strict=False):
        name = unicodedata.normalize("NFC", given.strip()[:LONGEST_NAME])
        if "@" in name[1:]:  # an address: its local part is the name in it
            name = name.rpartition("@")[0]
        handle = name.removeprefix("u/").removeprefix("@")
        if (re.fullmatch(r"[\w.-]+", handle) and re.search(r"[\d_.-]", handle)) or name.startswith(("@", "u/")):
            _add_handle(handle, wholes)
            if not re.search(r"[._-]", handle):
                continue
        if _UNSPACED.search(name):
            _add_unspaced(name, wholes)
            continue
        sequence = [word for word in _WORD.findall(handle) if fold(word) not in NO_NAMES]
        for word in sequence:
            _add_part(word, parts, words, loose)
        pairs |= set(pairwise(map(fold, sequence)))
        parts |= _logins([fold(word) for word in sequence if fold(word) not in PARTICLES])
    return _Names(frozenset(parts), frozenset(words), frozenset(loose), frozenset(pairs), tuple(wholes.values()))


def _add_part(word: str, parts: set[str], words: set[str], loose: set[str]) -> None:
    folded = word.casefold()
    for spelled in {fold(word), fold(folded.translate(_SPELLED)), fold(folded.replace("å", "aa"))}:
        if spelled in PARTICLES:
            continue
        if len(spelled) < SHORTEST:
            loose.add(spelled)
        elif spelled in PRODUCT_WORDS or spelled in COMMON_WORDS:
            words.add(spelled)
        else:
            parts.add(spelled)


def _add_handle(handle: str, wholes: dict[str, _Whole]) -> None:
    if len(handle) >= SHORTEST and any(c.isalpha() for c in handle) and handle.casefold() not in NO_NAMES:
        word_alone = "" if handle.casefold() not in _WORDS else "(?:@|u/)"
        wholes[handle] = _Whole(handle, rf"(?i)(?<![\w@])(?:{word_alone}|@|u/){re.escape(handle)}(?!\w)")


def _add_unspaced(name: str, wholes: dict[str, _Whole]) -> None:
    pieces = name.replace("　", " ").split()
    wholes[name] = _Whole(name, r"[ 　]?".join(re.escape(piece) for piece in pieces))
    for piece in (*pieces, "".join(reversed(pieces))):
        if len(piece) >= 2 and _UNSPACED.search(piece):
            wholes[piece] = _Whole(piece, re.escape(piece))


def _logins(folded: list[str]) -> set[str]:
    """johnsmith, smithjohn, jsmith, smithj, troquemaurel; for each two of the parts."""
    if len(folded) < 2:
        return set()
    made = set()
    for first in folded[:4]:
        for last in folded[:4]:
            if first != last:
                made |= {first + last, first[0] + last}
    return {login for login in made if len(login) >= SHORTEST_LOGIN and login not in _WORDS}


class _Word(NamedTuple):
    start: int
    end: int
    folded: str
    sure: bool


def _found(text: str, known: _Names) -> Iterator[Span]:
    for whole in known.wholes:
        for match in whole.found(text):
            yield Span(*match.span(), "requester_name")
    if known.parts or known.words or known.loose:
        for group in _neighbours(text, list(_candidates(text, known))):
            sure = any(word.sure for word in group)
            if sure or _reads_as_name(text, group, known):
                start = group[0].start
                # A lone "I." before a surname; "Hi." and "3.c." are longer.
                if sure and (initial := _INITIAL_BEFORE.search(text, max(0, start - 3), start)):
                    start = initial.start()
                yield Span(start, group[-1].end, "requester_name")


def _candidates(text: str, known: _Names) -> Iterator[_Word]:
    every = known.parts | known.words | known.loose
    folds: dict[str, str] = {}
    for match in _WORD.finditer(text):
        written = match[0]
        folded = folds.get(written)
        if folded is None:
            folded = folds[written] = _base(fold(written), every)
        if folded in every:
            end = match.end()
            if "'" in written or "’" in written or "ʼ" in written:
                end -= len(written) - len(_GENITIVE.sub("", written))
            yield _Word(match.start(), end, folded, folded in known.parts)


def _base(folded: str, every: frozenset[str]) -> str:
    """Without a genitive ("wennerstroem's", "toms") or the second half of a compound ("o'brien")."""
    if folded in every:
        return folded
    bare = _GENITIVE.sub("", folded)
    if bare in every:
        return bare
    return bare[:-1] if bare.endswith("s") and len(bare) > 4 and bare[:-1] in every else bare


def _neighbours(text: str, words: list[_Word]) -> Iterator[list[_Word]]:
    """Runs of words with only blanks, an initial, a hyphen or particles between them."""
    group: list[_Word] = []
    for word in words:
        if group and _belong_together(text, group[-1], word):
            group.append(word)
            continue
        if group:
            yield group
        group = [word]
    if group:
        yield group


def _belong_together(text: str, first: _Word, second: _Word) -> bool:
    if second.start - first.end > 24:
        return False
    between = text[first.end : second.start]
    if between == " ":
        return True
    if between.rstrip() == ",":
        return not (first.sure and second.sure)
    if _BETWEEN.fullmatch(between) or _BETWEEN_IN_LOGIN.fullmatch(between):
        return True
    return "\n" not in between and all(word.casefold() in PARTICLES for word in between.split())


def _reads_as_name(text: str, group: list[_Word], known: _Names) -> bool:
    """Do words that may be names stand as names do: two beside each other, or one in a greeting?"""
    word = group[0]
    if len(group) > 1:
        if any((one.folded, other.folded) in known.pairs for one, other in pairwise(group)):
            return True
        if all(text[other.start].isupper() for other in group) and any(other.folded != word.folded for other in group):
            return True
    if not text[word.start].isupper() or (word.folded in known.loose and word.folded not in known.words):
        return False
    line_start = text.rfind("\n", max(0, word.start - LINE), word.start) + 1
    line_end = text.find("\n", word.end, word.end + LINE)
    is_line_known = (line_start or word.start < LINE) and (line_end >= 0 or len(text) - word.end < LINE)
    if is_line_known:
        around = text[line_start : word.start] + text[word.end : len(text) if line_end < 0 else line_end]
        if not around.strip(" \t\r>.,!-–—~*_"):
            return True
    before = text[max(0, word.start - 24) : word.start]
    introduction = " ".join(before.rstrip(" ,\t").lower().replace("’", "'").split()[-2:])
    is_introduced = introduction.rpartition(" ")[2] in _INTRODUCTIONS or introduction.endswith(_LONG_INTRODUCTIONS)
    if is_introduced or (word.folded not in PRODUCT_WORDS and _is_addressed(text, word, before)):
        return True
    return word.folded not in PRODUCT_WORDS and _SENTENCE_START.search(before[-6:]) is None


def _is_addressed(text: str, word: _Word, before: str) -> bool:
    """At the beginning of a line with a comma behind it: "Mark, can you look?"."""
    return text[word.end : word.end + 1] == "," and not before.rpartition("\n")[2].strip(" \t>")
