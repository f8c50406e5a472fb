"""A text as terms: stems of its words, and identifiers (exceptions, error codes, paths, settings) whole.

The first sign tells the kind: `=` an identifier, which counts more; `#` a number or version, which counts less.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from Stemmer import Stemmer

from app.similarity.printed import PRINTED
from app.similarity.text import TEXTS_REMEMBERED, plain
from app.word_lists import lines_of, words, words_of

DATA: Final = Path(__file__).parent / "data"
STOP_WORDS: Final = words_of(DATA / "stop_words.txt")
NEGATIONS: Final = words_of(DATA / "negations.txt")
NOT: Final = "not"
AMOUNTS: Final = words("many more much little")
"""Stop words that are kept all the same, to tell opposites by. They count nothing."""
COMMON_WORDS: Final = words_of(DATA / "common_words.txt")
ERROR_PHRASES: Final = lines_of(DATA / "error_phrases.txt")
IDENTIFIER: Final = "="
NUMBER: Final = "#"
KINDS: Final = IDENTIFIER + NUMBER
IN_TITLE: Final = 2
"""A title's words count twice."""
MOST_TERMS: Final = 400
"""Different terms of one text, the first ones: a log of a thousand names says no more than its beginning."""

_LONGEST_WORD = 60
_TOKEN = re.compile(r"[^\W_]+(?:[./_:+-]{1,2}[^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")
_JOINT = re.compile(r"[./_:+-]+")
_PHRASE = re.compile(rf"\b(?:{'|'.join(ERROR_PHRASES)})\b".replace(" ", r"[^\w\n]{1,3}"))
_AMOUNT = re.compile(rf"\b(?:{'|'.join(sorted(AMOUNTS))})\b", re.IGNORECASE)
_GAP = re.compile(r"\W+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_EXCEPTION = re.compile(r"[A-Z]\w*(?:Error|Exception|Failure|Fault|Timeout|NotFound|Invalid|Violation)\Z")
_CAMEL = re.compile(r"(?:[A-Z]+[a-z0-9]+){3,}[A-Z]*\Z")
_CODE = re.compile(r"(?:E[A-Z]{4,}|[A-Z]{1,6}\d{3,5}|0x8[0-9a-fA-F]{7}|[45]\d\d)\Z")
# A kind of key that is no random number.
_RANDOM = re.compile(r"(?!ed25519\Z)(?:0x[0-9a-f]+|(?=[a-f]*\d)[0-9a-f]{7,}|\d{6,})\Z", re.IGNORECASE)
_VERSION = re.compile(r"v?(\d{1,4}\.\d{1,4})(?:[.+-][\w.+-]*)?\Z", re.IGNORECASE)
_FILE = re.compile(
    r".*\.(?:c|conf|cpp|cs|css|go|h|haml|html|java|js|json|log|lock|md|php|pid|py|rake|rb|rs|service|sh|sock|sql|toml|ts"
    r"|vue|xml|ya?ml)\Z",
    re.IGNORECASE,
)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def terms(text: str) -> Sequence[str]:
    """The terms of one text in reading order, with repetitions. Not to be changed: they are remembered."""
    return _of_plain(plain(text))


def _of_plain(seen: str) -> list[str]:
    found = [term for token in _TOKEN.findall(seen) for term in _of_token(token)]
    found += (IDENTIFIER + _GAP.sub(" ", phrase) for phrase in _PHRASE.findall(seen.lower()))
    return found


@lru_cache(maxsize=TEXTS_REMEMBERED)
def counted(title: str, body: str) -> Counter[str]:
    """How often each term occurs, the title's counted IN_TITLE times; at most MOST_TERMS different ones.

    Not to be changed: who asks for the same text gets the same counts.
    """
    counts = Counter(terms(title))
    for term in counts:
        counts[term] *= IN_TITLE
    counts.update(terms(body))
    if len(counts) > MOST_TERMS:
        counts = Counter(dict(list(counts.items())[:MOST_TERMS]))
    for word in _AMOUNT.findall(f"{title}\n{body}"):
        counts.setdefault(word.lower(), 0)
    return counts


@lru_cache(maxsize=TEXTS_REMEMBERED)
def printed(body: str) -> frozenset[str]:
    """The terms of a body that stand only where a program printed them."""
    by_program, by_author = set[str](), set[str]()
    for line in plain(body).splitlines():
        (by_program if line.startswith(PRINTED) else by_author).update(_of_plain(line))
    return frozenset(by_program - by_author)


def spellings(title: str, body: str) -> dict[str, str]:
    """How a person first wrote the word behind each stem, for showing."""
    found: dict[str, str] = {}
    for run in _RUN.findall(f"{plain(title)}\n{plain(body)}"):
        for term in _of_run(run):
            found.setdefault(term, run)
    return found


def shown(term: str, spelled: Mapping[str, str]) -> str:
    return term[1:] if term[0] in KINDS else spelled.get(term, term)


@lru_cache(maxsize=50_000)
def _of_token(token: str) -> tuple[str, ...]:
    if len(token) > 4 * _LONGEST_WORD:
        return ()
    if _JOINT.search(token) is None:
        return _of_run(token)
    if version := _VERSION.match(token):
        return (NUMBER + version[1],)
    whole = _identifier(token)
    words = tuple(term for run in _JOINT.split(token)[-6:] for term in _of_run(run))
    return (IDENTIFIER + whole, *words) if whole else words


def _identifier(token: str) -> str:
    """What a run with joints names: a file, a class, a setting, a command; `""` for words that only stand together."""
    if "/" in token:
        path = token.partition(":")[0].split("/")
        # The last two parts: directories of versions and installations differ from place to place.
        return "/".join(path[-2:]).lower() if len(path) > 2 or _FILE.match(path[-1]) else ""
    if "::" in token or (token.count(".") > 1 and token.rpartition(".")[2][:1].isupper()):
        return re.split(r"::|\.", token)[-1].lower()
    if "_" in token or _FILE.match(token) or token.lower().startswith("gitlab-"):
        return token.lower()
    return ""


def _of_run(run: str) -> tuple[str, ...]:
    """Letters and digits without a joint between them."""
    if _CODE.match(run):
        return (IDENTIFIER + run.lower(),)
    if len(run) > _LONGEST_WORD or _RANDOM.match(run):
        return ()
    if run.isdigit():
        return (NUMBER + run,) if len(run) > 2 else ()
    if _CJK.search(run):
        # Written without blanks: neighbours stand in for words.
        return tuple(run[place : place + 2] for place in range(max(len(run) - 1, 1)))
    return _of_word(run)


def _of_word(run: str) -> tuple[str, ...]:
    word = run.casefold()
    if len(word) < 2 or word in STOP_WORDS:
        return ()
    if word in NEGATIONS:
        return (NOT,)
    stem: str = Stemmer("english", 0).stemWord(word)
    exceptional = len(run) > 8 and (_EXCEPTION.match(run) or _CAMEL.match(run))
    return (IDENTIFIER + word, stem) if exceptional else (stem,)


COMMON_TERMS: Final = frozenset(term for word in COMMON_WORDS for term in _of_run(word))
"""One issue in ten holds them, as a guess, until the index is large enough to know."""
