"""Arrays with one entry for each row of an index, which grow as rows come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def with_row(column: NDArray[Any], row: int) -> NDArray[Any]:
    """`column` itself if it has such a row, else a copy with room for an eighth more; zeros where nothing was put."""
    if row < len(column):
        return column
    longer = np.zeros((row + 1 + row // 8 + 256, *column.shape[1:]), dtype=column.dtype)
    longer[: len(column)] = column
    return longer
