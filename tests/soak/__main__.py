"""`make soak`: 20,000 tickets, or as many as are asked for; fails when memory goes on growing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.soak.soak import Plan, Report, Sample, soak


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--tickets", type=int, default=Plan.tickets)
    parser.add_argument("--bound", type=float, default=Plan.bound, help="megabytes")
    parser.add_argument("--database", metavar="URL", help="an empty one; by default a SQLite file")
    asked = parser.parse_args(arguments)
    out = Console(width=None if sys.stdout.isatty() else 110)
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = asked.database or f"sqlite:///{folder / 'pointsman.db'}"
        report = soak(Plan(tickets=asked.tickets, bound=asked.bound), folder, url, lambda one: out.print(_line(one)))
    _print(out, report)
    return 1 if report.problems else 0


def _line(sample: Sample) -> str:
    return f"{sample.tickets:,} tickets, {sample.seconds:.0f} s, {sample.memory:.1f} MB"


def _print(out: Console, report: Report) -> None:
    table = Table("tickets", "seconds", "tickets/s", "memory, MB", title="Soak")
    for before, one in zip((Sample(0, 0.0, 0.0), *report.samples), report.samples, strict=False):
        rate = (one.tickets - before.tickets) / (one.seconds - before.seconds)
        table.add_row(f"{one.tickets:,}", f"{one.seconds:.0f}", f"{rate:.1f}", f"{one.memory:.1f}")
    out.print(table)
    out.print(f"after the warm-up: {report.grown:+.1f} MB (at most {report.plan.bound:.0f})")
    for problem in report.problems:
        out.print(f"PROBLEM: {problem}", style="red")


if __name__ == "__main__":
    sys.exit(main())
