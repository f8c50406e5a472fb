"""The signs of a meaning's numbers, as bits: texts that mean the same share most of them, and bits compare fast."""

import numpy as np
from numpy.typing import NDArray


def signs_of(numbers: NDArray[np.float32]) -> NDArray[np.uint64]:
    """(..., DIMENSIONS / 64): a bit for each number above 0."""
    return np.packbits(numbers > 0, axis=-1).view(np.uint64)
