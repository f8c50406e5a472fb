"""`pointsman doctor`: what is right, what is not, and what to do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console

from app.cli.console import print_line, print_wrapped
from app.cli.setup import account_of
from app.setup.doctor.diagnosis import Diagnosis, State
from app.setup.doctor.examination import examine
from app.setup.doctor.send_test import send_tests

_COLOURS: Final[dict[State, str]] = {"ok": "green", "warn": "yellow", "fail": "red"}
_INDENT: Final = 29
"""Of what is said, behind state and name."""


def run(console: Console, routing: Path, macros: Path, *, send_test: bool, as_json: bool) -> int:
    with account_of(routing, macros, needs_admin=False) as (account, records):

        def findings() -> Iterator[Diagnosis]:
            yield from examine(account)
            if send_test:
                yield from send_tests(account, records.progress)

        found = []
        for one in findings():
            found.append(one)
            if not as_json:
                line = f"{one.state:<5} {one.name:<22} {one.said}"
                print_wrapped(console, line, indent=_INDENT, style=_COLOURS[one.state])
                if one.remedy:
                    print_wrapped(console, f"{'':<{_INDENT}}{one.remedy}", indent=_INDENT)
    failed = sum(one.state == "fail" for one in found)
    warned = sum(one.state == "warn" for one in found)
    if as_json:
        print_line(console, json.dumps({"checks": [one.as_json() for one in found]}, ensure_ascii=False))
    else:
        print_line(console, f"{len(found) - failed - warned} ok, {warned} to look at, {failed} to mend.")
    return 1 if failed else 0
