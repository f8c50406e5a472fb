"""What a process and its children use, by /proc: Linux only."""

from __future__ import annotations

import os
import re
from pathlib import Path


def processor_seconds(process: int) -> float:
    """In user and kernel mode, since it began."""
    ticks = sum(sum(map(int, _stat(one)[11:13])) for one in _family(process))
    return ticks / os.sysconf("SC_CLK_TCK")


def busy_seconds(process: int) -> float:
    """As `processor_seconds`, of its first thread alone, to the nanosecond."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def memory(process: int) -> float:
    """Bytes that are resident; what several share counts once (PSS), also where others than these share it."""
    return sum(_resident(one) for one in _family(process))


def _resident(process: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    return float(found[1]) * 1024 if found else 0.0


def _family(process: int) -> list[int]:
    """It and what it began, which may be gone by now."""
    alive = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    children = [one for one in alive if _parent(one) == process]
    return [process, *(one for child in children for one in _family(child))]


def _parent(process: int) -> int:
    try:
        return int(_stat(process)[1])
    except OSError:
        return 0


def _stat(process: int) -> list[str]:
    """From the state on: a name may have spaces and brackets."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
