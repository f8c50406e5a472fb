"""`make bench` runs all of them; `make bench ARGS=intake` one."""

from __future__ import annotations

import sys

from rich.console import Console

from bench import (
    classify,
    desk,
    documentation,
    duplicates,
    growth,
    index_sync,
    intake,
    limits,
    links,
    nodered,
    older,
    pipeline,
    rules,
    tickets,
)

BENCHES = {
    "intake": intake.run,
    "pipeline": pipeline.run,
    "limits": limits.run,
    "growth": growth.run,
    "links": links.run,
    "rules": rules.run,
    "classify": classify.run,
    "docs": documentation.run,
    "desk": desk.run,
    "duplicates": duplicates.run,
    "index_sync": index_sync.run,
    "tickets": tickets.run,
    "nodered": nodered.run,
    "older": older.run,
}


def main(names: list[str]) -> int:
    console = Console(width=None if sys.stdout.isatty() else 110)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        console.print(f"No such measurement: {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
        return 2
    for name in names or BENCHES:
        BENCHES[name](console)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
