"""Topics that people name in many ways: few labelled tickets cannot teach every word for money.

A topic that a ticket speaks of is a trait for the model, nothing more: it decides nothing by itself. `word*` stands
for every word that begins so.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.word_lists import lines_of

_LONGEST: Final = 4
_SHORTEST_STEM: Final = 3


def _read() -> tuple[dict[str, str], dict[tuple[str, ...], list[str]], dict[str, list[str]]]:
    said: dict[str, str] = {}
    phrases: dict[tuple[str, ...], list[str]] = {}
    stems: dict[str, list[str]] = {}
    topic = ""
    for line in lines_of(Path(__file__).parent / "data" / "topics.txt"):
        if line.startswith("["):
            topic, _, said[topic] = line.removeprefix("[").partition("] ")
            continue
        for entry in line.split(" | "):
            if entry.endswith("*"):
                stems.setdefault(entry[:-1], []).append(topic)
            else:
                phrases.setdefault(tuple(entry.split()), []).append(topic)
    return said, phrases, stems


TOPICS, _PHRASES, _STEMS = _read()


def topics(words: Sequence[str]) -> Counter[str]:
    """How many different ways a ticket names each topic; `words` as `features.read` gives them."""
    found: set[tuple[str, str]] = set()
    for start, word in enumerate(words):
        for size in range(1, _LONGEST + 1):
            phrase = tuple(words[start : start + size])
            for topic in _PHRASES.get(phrase, ()):
                found.add((topic, " ".join(phrase)))
        for end in range(_SHORTEST_STEM, len(word) + 1):
            for topic in _STEMS.get(word[:end], ()):
                found.add((topic, word))
    # In a fixed order: sums of floats depend on it, and the same tickets must make the same model.
    return Counter(topic for topic, _ in sorted(found))
