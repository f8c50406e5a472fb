"""Code that only the start needed does not stay in memory: the kernel reads a page again when it is wanted.

Libraries run much of their code once, while they are imported or load a model. Its pages would stay resident for as
long as nobody else wants the memory: 26 MB in `pointsman serve`.
"""

import ctypes
import mmap
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SMAPS = Path("/proc/self/smaps")
# https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
_MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ \S+ \d+ *(.*)$")
_SIZE = re.compile(r"^(Rss|Anonymous|Swap): +(\d+) kB$")


def give_back(folder: Path = Path("/")) -> None:
    """Of the libraries in that folder. A system that does not say what it keeps for us keeps them.

    No thread may load one of them meanwhile: the loader changes pages that are as in their file at first.
    """
    smaps = ""
    with suppress(OSError):
        smaps = _SMAPS.read_text(errors="surrogateescape")
    if smaps:
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for start, end in as_in_their_files(smaps, folder):
            madvise(start, end - start, mmap.MADV_DONTNEED)


def as_in_their_files(smaps: str, folder: Path = Path("/")) -> Iterator[tuple[int, int]]:
    """From where to where.

    What the loader has changed, to bind one library to another, is in no file. It may lie in swap, too.
    """
    inside = f"{str(folder).rstrip('/')}/"
    code: tuple[int, int] | None = None
    sizes: dict[str, int] = {}
    for line in smaps.splitlines():
        if found := _MAPPING.match(line):
            start, end, allowed, file = found.groups()
            is_code = allowed[1] == "-" and allowed[3] == "p" and file.startswith(inside)
            code, sizes = (int(start, 16), int(end, 16)) if is_code else None, {}
        elif code and (size := _SIZE.match(line)):
            sizes[size[1]] = int(size[2])
            if size[1] == "Swap" and sizes.get("Rss") and sizes.get("Anonymous") == sizes["Swap"] == 0:
                yield code
