"""The table of word pieces, whose rows are read from the model's file: some twenty for each text.

`all-MiniLM-L6-v2` as it is installed makes 47 MB of full numbers out of that table. Read row by row it takes no memory,
and the numbers are the same.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from app.model.onnx_graph import Floats, Graph


@dataclass(frozen=True, slots=True)
class RowTable:
    """Numbers of 8 bits in a file, row by row, each row with a scale of its own. From any thread."""

    file: int
    """Its descriptor, which stays open."""
    start: int
    """Where the rows begin."""
    scales: Floats
    """(rows, 1)."""
    width: int
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
        return cls(os.open(file, os.O_RDONLY), start, table.scales.reshape(-1, 1).copy(), width, rows)

    def rows(self, numbers: Sequence[int]) -> Floats:
        """(numbers, width): as full numbers."""
        stored = b"".join(os.pread(self.file, self.width, self.start + number * self.width) for number in numbers)
        whole = np.frombuffer(stored, dtype=np.int8).reshape(len(numbers), self.width).astype(np.float32)
        return whole * self.scales[list(numbers)]
