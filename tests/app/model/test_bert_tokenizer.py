"""The tokenizer gives the ids of uncased BERT (checked against the `tokenizers` package on all our tickets)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model import bert_tokenizer
from app.model.bert_tokenizer import WordPieces

PIECES = (Path(bert_tokenizer.__file__).parent / "data" / "wordpieces.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return WordPieces(PIECES)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Hello, world!", [101, 7592, 1010, 2088, 999, 102]),
        ("", [101, 102]),
        ("naïve CAFÉ", [101, 15743, 7668, 102]),
        ("unaffable", [101, 14477, 20961, 3468, 102]),
        ("日本", [101, 1864, 1876, 102]),
        ("x" * 101, [101, 100, 102]),
    ],
)
def test_known_texts(pieces: WordPieces, text: str, ids: list[int]) -> None:
    assert pieces.encode(text, 128) == ids


def test_a_long_text_is_cut_and_still_closed(pieces: WordPieces) -> None:
    ids = pieces.encode("down " * 1000, 96)
    assert (len(ids), ids[0], ids[-1]) == (96, 101, 102)


def test_a_vocabulary_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="UNK"):
        WordPieces(["a", "b"])


@given(st.text(max_size=500))
def test_any_text_gives_known_ids(text: str) -> None:
    ids = WordPieces(PIECES[:2000]).encode(text, 64)
    assert 2 <= len(ids) <= 64
    assert all(0 <= number < 2000 for number in ids)
