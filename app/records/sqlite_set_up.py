"""How a connection to SQLite is set up."""

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

WAITS_SECONDS = 30
BUSY_TIMEOUT = f"busy_timeout={WAITS_SECONDS * 1000}"


@dataclass(frozen=True)
class SqliteSetUp:
    """Of a connection."""

    checkpoint_at: int
    begins: bool
    """Does Python's driver begin a transaction before it writes?"""

    def __call__(self, connection: sqlite3.Connection) -> None:
        # The engine (dbos) sets the first three on engines that it makes itself; one that it is given must have them.
        connection.isolation_level = "IMMEDIATE" if self.begins else None
        for pragma in (
            BUSY_TIMEOUT,
            "foreign_keys=ON",
            "synchronous=NORMAL",
            f"wal_autocheckpoint={self.checkpoint_at}",
            "journal_size_limit=67108864",
            # kB, a quarter of what is usual: what is not there the kernel has, and there are a dozen connections.
            "cache_size=-512",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)
        if sqlite3.sqlite_version_info < (3, 42):
            # From Python 3.12 on, the engine (dbos) asks for unixepoch('subsec'). Older SQLite answers null.
            connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(moment: str) -> float | None:
    return time.time() if moment == "subsec" else None


@retry(
    retry=retry_if_exception_type(sqlite3.OperationalError),
    wait=wait_random(0.01, 0.1),
    stop=stop_after_delay(WAITS_SECONDS),
    reraise=True,
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    """Of two processes that open a new file at once one is told that it is locked: SQLite does not wait for this."""
    connection.execute("PRAGMA journal_mode=WAL")


def flush_folder(folder: Path) -> None:
    """Else a power cut may take the log's name. Not every file system can, and SQLite goes on without it."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
