"""Which few words to look for on GitLab itself: its search joins all words with AND, and ranks nothing.

Several short queries, each from another side, find what one long one never would; ranking is ours.
"""

import re
from collections.abc import Callable
from typing import Final

from app.similarity.terms import COMMON_TERMS, DATA, ERROR_PHRASES, IDENTIFIER, KINDS, terms
from app.similarity.text import plain
from app.word_lists import words_of

MOST_PHRASE_WORDS: Final = 6
RAREST: Final = 2
READ: Final = 1_500
"""Characters of subject and text that queries are made from: further on a report repeats itself or is a log."""

# Marks of sentences, quotes and code end a phrase; GitLab blanks them, and they are no words.
_QUOTED = re.compile(r"[\"`]([^\"`\n]{8,120})[\"`]")
_SAID = re.compile(
    r"\b(?:error|exception|fatal|failure|failed|panic)\b[^\S\n]{0,3}:[^\S\n]{0,3}([^\n]{5,200})", re.IGNORECASE
)
_PHRASE = re.compile(rf"\b(?:{'|'.join(ERROR_PHRASES)})\b", re.IGNORECASE)
_SOUNDS_WRONG = re.compile(
    r"\b(?:can ?not|cannot|can't|could ?n[o']t|denied|error|exception|expired|fail\w*|invalid|missing|not|refused|too"
    r"|unable|undefined|unexpected|unknown|wrong)\b",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,30}\Z")
_WORD = re.compile(r"[^\W\d_](?:[\w-]{0,38}[^\W_])?(?![\w-])")
_STATUS = re.compile(r"\b[45]\d\d\b")
# Letters only, or a short code: no path, no phrase, no status alone, and nothing that looks like a password.
_NAME = re.compile(r"(?:[a-z]+(?:[_.-][a-z]+){0,5}|[a-z]{1,6}\d{3,5}|0x8[0-9a-f]{7})\Z")


def search_queries(subject: str, body: str, frequency: Callable[[str], int] | None = None) -> list[str]:
    """Up to four: the error's own words quoted, its code or name, the rarest words, what fails to do what.

    `frequency` says how many known issues hold a word (`SimilarityIndex.frequency`): with AND, a word that no issue
    holds finds nothing. Without it, long words count as rare. Empty for a text without a word to look for.
    """
    subject, body = (plain(text, addresses=False)[:READ] for text in (subject, body))
    text = f"{subject}\n{body}"
    words = _words(text)
    name = _name(text)
    rarest = _rarest(_words(subject), words, frequency)
    found = [
        _error_string(text),
        name or " ".join([*_STATUS.findall(text)[:1], *rarest[:1]] if _STATUS.search(text) else []),
        " ".join(rarest[:RAREST]),
        _component_and_verb(words),
    ]
    chosen = list(dict.fromkeys(query for query in found if query))
    if len(chosen) == 1 and len(rarest) > RAREST:
        chosen.append(" ".join(rarest[RAREST : 2 * RAREST]))
    return chosen


def _error_string(text: str) -> str:
    """What the program said, as a phrase in quotes; `""` if nothing is quoted and no error is known by its words."""
    said = [*_SAID.findall(text), *(quote for quote in _QUOTED.findall(text) if _SOUNDS_WRONG.search(quote))]
    phrases = (_run_of_words(one) for one in (*said, *_PHRASE.findall(text)))
    return next((f'"{" ".join(phrase)}"' for phrase in phrases if len(phrase) > 1), "")


def _run_of_words(said: str) -> list[str]:
    """The first words that stand together: paths, numbers and names of the one who reports belong to no other issue."""
    longest: list[str] = []
    run: list[str] = []
    for word in (*said.split(), ""):
        bare = word.strip("\"'`.,;:!?()[]{}<>")
        if _PLAIN_WORD.match(bare):
            run.append(bare)
        if not _PLAIN_WORD.match(bare) or bare != word:
            longest, run = (run if len(run) > len(longest) else longest), []
    return longest[:MOST_PHRASE_WORDS]


def _name(text: str) -> str:
    """An exception, an error code, a command or a setting, as GitLab's search takes it."""
    for term in terms(text):
        if term[0] == IDENTIFIER and _NAME.match(term[1:]):
            return term[1:]
    return ""


def _words(text: str) -> list[str]:
    """Words that say something, each once, in reading order."""
    said: dict[tuple[str, ...], str] = {}
    for word in _WORD.findall(text):
        stems = tuple(terms(word))
        # A Turkish capital i has none in lower case.
        if len(word) > 2 and stems and terms(word.lower()) and not any(term[0] in KINDS for term in stems):
            said.setdefault(stems, word.lower())
    return list(said.values())


def _rarest(subject: list[str], words: list[str], frequency: Callable[[str], int] | None) -> list[str]:
    """The rarest first, of the subject if it has RAREST of them; common ones only if there are no others."""
    telling = [word for word in words if not COMMON_TERMS.issuperset(terms(word))] or words
    if len(of_subject := [word for word in telling if word in subject]) >= RAREST:
        telling = of_subject
    places = {word: place for place, word in enumerate(telling)}

    def rank(word: str) -> tuple[bool, float]:
        held = frequency(word) if frequency else 0
        # Unknown words last if there is an index; early ones before late ones, long ones before short ones.
        return (held == 0, held - min(len(word), 12) + places[word] / 4)

    return sorted(telling, key=rank)


def _component_and_verb(words: list[str]) -> str:
    by_stem = {terms(word)[0]: word for word in reversed(words)}
    component = next((word for stem, word in reversed(by_stem.items()) if stem in _COMPONENT_TERMS), "")
    verb = next((word for stem, word in reversed(by_stem.items()) if stem in _VERB_TERMS and word != component), "")
    return f"{component} {verb}" if component and verb else ""


_COMPONENT_TERMS: Final = frozenset(terms(" ".join(words_of(DATA / "components.txt"))))
_VERB_TERMS: Final = frozenset(terms(" ".join(words_of(DATA / "verbs.txt"))))
