"""The sentence of a section that fits a question best."""

import re
from typing import Final

from app.similarity.index import IndexedText, SimilarityIndex

LONGEST_EXCERPT: Final = 300
MOST_SENTENCES: Final = 60
_ENDS: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(`])")
_IS_SENTENCE: Final = re.compile(r"[.!?:][\"')]?\Z")


def excerpt(text: str, subject: str, body: str) -> str:
    """At most LONGEST_EXCERPT characters, cut between two words. The first sentence where none shares a word."""
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    sentences = [one for line in lines if _IS_SENTENCE.search(line) for one in _ENDS.split(line)][:MOST_SENTENCES]
    if not sentences:
        return shortened(" ".join(lines))
    index = SimilarityIndex()
    index.add_all(IndexedText(0, number, "", sentence) for number, sentence in enumerate(sentences))
    near = index.search(subject, body, group=0, k=1)
    return shortened(sentences[near[0].key.number if near else 0])


def shortened(text: str, longest: int = LONGEST_EXCERPT) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[:longest].rsplit(' ', 1)[0]} …"
