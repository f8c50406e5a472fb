"""Both databases, each with the flushes that a service in production has; PostgreSQL only where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.support.postgres import MISSING, programs, running_postgres


@dataclass(frozen=True)
class Database:
    name: str
    new_url: Callable[[], str]
    """Of an empty one."""


@contextmanager
def databases(console: Console) -> Iterator[list[Database]]:
    numbers = count(1)
    with TemporaryDirectory() as folder:
        sqlite = Database("SQLite", lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}")
        bin_folder = programs()
        if bin_folder is None:
            console.print(f"{MISSING}: measured on SQLite only.")
            yield [sqlite]
            return
        with running_postgres(bin_folder, settings=()) as server:
            yield [sqlite, Database("PostgreSQL", server.new_database)]
