"""Many ask for the same text at once: it is encoded once, on the encoder's own thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.model.encoder import Encoder

ASKING = 8


class Waiting(Encoder):
    """Computes when it is let."""

    def __init__(self) -> None:
        super().__init__(Path("no weights"), ["[UNK]", "[CLS]", "[SEP]"])
        self.let = threading.Event()
        self.computed: list[tuple[str, str]] = []
        self.fails = False

    def _given(self, text: str) -> Mapping[str, NDArray[np.float32]]:
        return {text: np.zeros(1, dtype=np.float32)}

    def _computed(self, given: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        assert self.let.wait(60)
        self.computed += [(text, threading.current_thread().name) for text in given]
        if self.fails:
            raise OSError("no weights")
        return np.full(1, len(self.computed), dtype=np.float32)


def test_a_text_that_many_ask_for_at_once_is_encoded_once() -> None:
    encoder = Waiting()
    with ThreadPoolExecutor(ASKING) as threads:
        answers = [threads.submit(encoder.encode, "the same") for _ in range(ASKING)]
        encoder.let.set()
        assert [float(one.result()[0]) for one in answers] == [1.0] * ASKING
    assert encoder.computed == [("the same", "encoder_0")]


def test_what_could_not_be_encoded_is_tried_again() -> None:
    encoder = Waiting()
    encoder.let.set()
    encoder.fails = True
    with pytest.raises(OSError, match="no weights"):
        encoder.encode("a text")
    encoder.fails = False
    assert encoder.encode("a text")[0] == 2


def test_a_process_that_was_forked_has_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Waiting()
    encoder.let.set()
    encoder.encode("before")
    assert encoder._thread is not None
    encoder._thread.shutdown()  # as a fork leaves it: nothing that is given to it is done
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert (encoder.encode("before")[0], encoder.encode("after")[0]) == (1, 2)
