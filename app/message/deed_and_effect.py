"""Finds the steps that people tell in a sentence: what they do, and what happens then."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from app.message.patterns import one_of
from app.rules.folding import clean
from app.rules.re2_patterns import compiled, fits
from app.word_lists import words_of

MOST_SENTENCES: Final = 200
LONGEST_SENTENCE: Final = 600
FEWEST_WORDS: Final = 2
"""Of what happens then, where no known word says it."""

_SENTENCE_END: Final = compiled(r"[.!?](?:\s+|\z)|\n\s*\n|\n\s*[-*•]\s")
_EFFECT: Final = one_of("effects")
_DEED: Final = rf"(?P<deed>\b(?:{one_of('deeds')})(?:e|e?s|e?d|[a-z]?ed)?\b.+)"
_DOING: Final = rf"(?P<doing>\b(?:{one_of('deeds')})[a-z]?ing\b.+)"
_WHO: Final = (
    r"(?:i|we|you|one|(?:some|any)(?:one|body)"
    r"|(?:a|the|any|my|our)?\s?(?:[\w-]+ )?(?:users?|developers?|colleagues?|members?|maintainers?|guests?))"
)
_TRY: Final = (
    r"(?:(?:then|now|just|only|first|(?:try|tries|tried|trying|attempt|attempts|attempted|want|go) to|am|are|'m) )*"
)
_TIMES: Final = r"(?:when(?:ever)?|if|(?:every|each|any) ?time(?: when| that)?|once|as soon as|after)"
_WHEN: Final = compiled(
    rf"\b{_TIMES}\s+{_WHO}\s+{_TRY}(?:{_DEED}|{_DOING})|\b(?:when|while|by|on|upon|after)\s+{_DOING}"
)
# As the subject: "Running `git push` gives ...".
_RUNNING: Final = compiled(rf"\A\W*(?:(?:just|simply|then|and|but|even|hi|hello),? )*{_DOING}")
_DID: Final = compiled(rf"\b(?:i|we)\s+{_TRY}{_DEED}")
_COMMAND: Final = compiled(
    r"(?P<deed>`[^` ]{1,100}[ /][^`]{1,100}`|\b(?-i:GET|POST|PUT|PATCH|DELETE|HEAD) \S*/\S+"
    r"|\bgit (?:push|pull|clone|fetch|lfs|tag)\b"
    r"|\b(?:gitlab-(?:ctl|rake|runner|backup)|curl|kubectl) [\w./:-]+)"
    rf"(?:\s+\S+){{0,8}}?\s+{_EFFECT}"
)
_AFTER_A_WORD: Final = compiled(
    rf"\s(?:{_EFFECT})|,\s|\s(?:and|then|but)\s(?:then\s)?(?:i|we|it|nothing|the|my|our)\s|:\s"
)
_HAPPENS: Final = compiled(rf"(?:\A|[\s,:])(?:{_EFFECT})")
_NO_STEPS: Final = compiled(rf"\b{one_of('not_steps')}\b")
_EXACT: Final = compiled(r"`|/|\bgit \w|\"")
_ONCE: Final = compiled(
    r"\A(?:us|run|ran|install|build|built|deploy|connect|mov|switch|configur|set|mak|made|writ|wrot)"
)
_WORD: Final = compiled(r"[\pL\pN_/-]+(?:\.[\pL\pN_-]+)*")
_NUMBER: Final = compiled(r"\Av?[\d.]+\z")
_VAGUE: Final = words_of(Path(__file__).with_name("data") / "vague_things.txt")


def deed_and_effect(text: str) -> str:
    """The first sentence that tells both, with the deed named: "when I use it, it fails" tells nothing to repeat."""
    sentences = [*islice(_sentences(text), MOST_SENTENCES)]
    for sentence, following in zip(sentences, [*sentences[1:], ""], strict=True):
        if fits(_NO_STEPS, sentence) or (sentence.endswith("?") and not sentence.lower().startswith("why")):
            continue
        if fits(_COMMAND, sentence) or any(_tells(one.search(sentence), sentence) for one in (_WHEN, _RUNNING)):
            return sentence
        done = _DID.search(sentence)
        # "We run GitLab on Debian" is no step.
        if done is None or (fits(_ONCE, done["deed"]) and not fits(_EXACT, done["deed"])):
            continue
        if fits(_HAPPENS, done["deed"]) and _tells(done, sentence):
            return sentence
        if fits(_HAPPENS, following) and not fits(_NO_STEPS, following) and _is_named(done["deed"]):
            return f"{sentence} {following}"
    return ""


def _sentences(text: str) -> Iterator[str]:
    start, read = 0, clean(text)
    for end in _SENTENCE_END.finditer(read):
        yield _one_line(read[start : end.end()])
        start = end.end()
    yield _one_line(read[start:])


def _one_line(sentence: str) -> str:
    return " ".join(sentence[:LONGEST_SENTENCE].split())


def _tells(found: Any, sentence: str) -> bool:
    """Is the deed named, and is anything said to happen, before or after?"""
    if found is None:
        return False
    deed = next(one for one in found.groups() if one)
    end = _AFTER_A_WORD.search(deed)
    what, then = (deed[: end.start()], deed[end.start() :]) if end else (deed, "")
    if not _is_named(what):
        return False
    if end is None:
        then = sentence[: found.start()]
    return len(_WORD.findall(then)) >= FEWEST_WORDS or fits(_HAPPENS, then)


def _is_named(deed: str) -> bool:
    """Is it said of what, beside the word for the deed?"""
    words = [found.lower() for found in _WORD.findall(deed)][1:]
    return any(word not in _VAGUE and not fits(_NUMBER, word) for word in words)
