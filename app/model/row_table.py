"""The table of word pieces, whose rows are read from the model's file: some twenty for each text.

`all-MiniLM-L6-v2` as it is installed makes 47 MB of full numbers out of that table. Read row by row it takes as much as
the rows that are used most, and the numbers are the same.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from app.model.onnx_graph import Floats, Graph

# Words recur. And a thread that reads from a file lets others go first: under load it waited at each row.
ROWS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class RowTable:
    """Numbers of 8 bits in a file, row by row, each row with a scale of its own. From any thread."""

    row: Callable[[int], bytes]
    """By its number."""
    scales: Floats
    """(rows, 1)."""
    asked_as: str
    """The name under which the model is given the rows' numbers."""

    @classmethod
    def taken_from(cls, graph: Graph, file: Path, given: str) -> Self:
        """The table of which `given` numbers the rows: the model of the file has `Gather(Cast(table) * scale, given)`.

        Raises ValueError: it has not.
        """
        gathers = (node for node in graph.nodes if node.operation == "Gather" and node.inputs[1] == given)
        gather = next(gathers, None)
        table = graph.scaled(gather.inputs[0]) if gather is not None else None
        if gather is None or table is None:
            raise ValueError(f"{file.name} has no table of 8 bits for {given}")
        graph.remove(table, [gather])
        (rows,) = gather.outputs
        graph.replace_given(given, rows)
        width, start = len(table.numbers) // len(table.scales), graph.model.index(table.numbers)
        descriptor = os.open(file, os.O_RDONLY)  # stays open

        @lru_cache(ROWS_REMEMBERED)
        def row(number: int) -> bytes:
            return os.pread(descriptor, width, start + number * width)

        return cls(row, table.scales.reshape(-1, 1).copy(), rows)

    def rows(self, numbers: Sequence[int]) -> Floats:
        """(numbers, width): as full numbers."""
        stored = b"".join(map(self.row, numbers))
        whole = np.frombuffer(stored, dtype=np.int8).reshape(len(numbers), -1).astype(np.float32)
        return whole * self.scales[list(numbers)]
