"""Where files of tests need no disk: they are gone after a run, and a machine that fails fails the run anyway."""

from __future__ import annotations

import shutil
from pathlib import Path

PLACE = Path("/dev/shm")
LEAST_FREE = 8 << 30
"""A run writes about 1 GB, most of it the databases of PostgreSQL. A container may have 64 MB there."""


def memory_folder() -> Path | None:
    """A folder that is kept in memory; None: there is none, or too little room."""
    return PLACE if PLACE.is_dir() and shutil.disk_usage(PLACE).free > LEAST_FREE else None
