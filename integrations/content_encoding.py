"""Compressed answers, unpacked while they are read and never beyond a bound: a small one can hold a very large one.

Some services compress whatever is asked: https://api.stackexchange.com/docs/compression.
"""

import zlib
from collections.abc import Callable
from typing import Final

Unpack = Callable[[bytes, int], bytes]
"""What a part of the body holds, at most so many bytes and one more."""

_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_PLAIN: Final = frozenset({"", "identity"})
_KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate"})


def unpacking(content_encoding: str) -> Unpack:
    """Raises ValueError for an encoding that is not known; what it returns does for what is not so encoded."""
    name = content_encoding.strip().lower()
    if name in _PLAIN:
        return lambda part, _room: part
    if name not in _KNOWN:
        raise ValueError("an encoding that was not asked for")
    unpacked = zlib.decompressobj(_GZIP_OR_ZLIB)

    def unpack(part: bytes, room: int) -> bytes:
        try:
            return unpacked.decompress(part, max(room, 0) + 1)
        except zlib.error:
            raise ValueError("not the encoding that it says") from None

    return unpack
