"""Why the model says so: the words, phrases and traits that added most to its verdict.

A letter group's share goes to the words it is in, so that `runnning` is named, not `unnn`.
"""

from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.model.features import IN_SUBJECT, TicketPieces, describe, is_absence, letter_groups
from app.model.vectors import Sparse
from app.word_lists import words_of

COUNT: Final = 5
_MASKED: Final = {
    "{link}": "a link",
    "{address}": "an e-mail address",
    "{handle}": "a handle",
    "{version}": "a version",
    "{money}": "an amount of money",
    "{number}": "a number",
}
_EMPTY: Final = words_of(Path(__file__).parent / "data" / "empty_words.txt")


def strongest(pieces: TicketPieces, vector: Sparse, rows: NDArray[np.float32], best: int) -> tuple[str, ...]:
    """At most five words, phrases or traits that spoke most for the column `best`, the strongest first.

    `rows`: (places, archetypes), the coefficients of the vector's pieces.
    """
    # Against the mean of all archetypes: softmax does not see what speaks for all of them alike.
    shares = vector.values * (rows[:, best] - rows.mean(axis=1))
    by_name = dict(zip(vector.names, shares.tolist(), strict=True))
    scores: dict[str, float] = defaultdict(float)
    owners: dict[str, list[str]] = defaultdict(list)
    for word in dict.fromkeys(pieces.order):
        for group in set(letter_groups(word)):
            owners[group].append(word)
    for name, share in by_name.items():
        if name.startswith("l:"):
            for word in owners[name]:
                scores[word] += share / len(owners[name])
        else:
            scores[name if name.startswith("t:") else name.removeprefix("w:").removeprefix(IN_SUBJECT)] += share
    return tuple(_chosen(scores))


def _chosen(scores: dict[str, float]) -> list[str]:
    chosen: list[str] = []
    for name, _ in sorted(((name, share) for name, share in scores.items() if share > 0), key=lambda one: -one[1]):
        words = set(name.split())
        if name.startswith("t:"):
            if is_absence(name):
                continue
        else:
            unmasked = words - _MASKED.keys()
            if (unmasked and unmasked <= _EMPTY) or not all(any(sign.isalnum() for sign in word) for word in words):
                continue
            if any(words <= set(kept.split()) for kept in chosen):
                continue
            within = next((place for place, kept in enumerate(chosen) if set(kept.split()) < words), None)
            if within is not None:
                # The phrase says more than the word that stands in it.
                chosen[within] = name
                continue
        if len(chosen) < COUNT:
            chosen.append(name)
    return [describe(name) if name.startswith("t:") else _readable(name) for name in chosen]


def _readable(phrase: str) -> str:
    """Words of the ticket in quotes; what was masked among them by its name."""
    runs = groupby(phrase.split(), key=lambda word: _MASKED.get(word, ""))
    return " and ".join(masked or f'"{" ".join(words)}"' for masked, words in runs)
