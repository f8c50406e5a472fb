"""`pointsman`, with every place that Python is asked to write to noted in the file $WATCHED_WRITES."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from app.cli.main import main

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = frozenset(
    {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"}
)


def watch(noted: int, event: str, arguments: tuple[Any, ...]) -> None:
    opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
    if opened or event in CHANGING or event == "sqlite3.connect":
        os.write(noted, f"{event} {arguments[0]}\n".encode("utf-8", "replace"))


if __name__ == "__main__":
    file = os.open(Path(os.environ["WATCHED_WRITES"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sys.addaudithook(lambda event, arguments: watch(file, event, arguments))
    main()
