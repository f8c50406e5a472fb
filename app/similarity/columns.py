"""Arrays with one entry for each row of an index, which grow as rows come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def with_row(column: NDArray[Any], row: int) -> NDArray[Any]:
    """`column` itself if it has such a row, else a copy with room for an eighth more; zeros where nothing was put."""
    missing = row + 1 - len(column)
    if missing <= 0:
        return column
    return np.pad(column, [(0, missing + row // 8 + 256), *[(0, 0)] * (column.ndim - 1)])
