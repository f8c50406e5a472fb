"""`make chaos`: the long form, with its figures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console

from tests.chaos.plan import BULK_SOON, Plan
from tests.chaos.scenario import run
from tests.support.postgres import MISSING, programs, running_postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tickets", type=int, default=200)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--stops", type=int, default=3)
    parser.add_argument("--freezes", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0, help="`pointsman work` beside `pointsman serve`")
    parser.add_argument("--posts", type=int, default=60, help="written elsewhere; each comes by one to three carriers")
    parser.add_argument("--asks", type=int, default=20, help="tickets about which an expert is asked in the chat")
    parser.add_argument("--closes", type=int, default=6, help="issues closed in the middle")
    parser.add_argument("--news-kills", type=int, default=2, help="while the tickets of the known issue are told")
    parser.add_argument("--updates", type=int, default=60, help="a minute that Zendesk takes; 0: any number")
    databases = parser.add_mutually_exclusive_group()
    databases.add_argument("--database", default="", help="default: a new SQLite file")
    databases.add_argument(
        "--restarts", type=int, default=0, help="of a PostgreSQL of its own, which must be installed"
    )
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 150)
    folder = Path(mkdtemp(prefix="pointsman-chaos-"))
    url = asked.database or f"sqlite:///{folder / 'pointsman.db'}"
    plan = Plan(
        tickets=asked.tickets,
        kills=asked.kills,
        stops=asked.stops,
        freezes=asked.freezes,
        restarts=asked.restarts,
        workers=asked.workers,
        posts=asked.posts,
        blocked_looks=1,
        asks=asked.asks,
        closes=asked.closes,
        news_kills=asked.news_kills,
        updates_per_minute=asked.updates,
        seed=asked.seed,
        settings=BULK_SOON,
        slow=(1.5, 12.0),
        patience=420.0,
    )
    console.print(f"{plan}\nlog: {folder / 'service.log'}", markup=False, highlight=False)
    if plan.restarts:
        bin_folder = programs()
        if bin_folder is None:
            parser.error(MISSING)
        with running_postgres(bin_folder) as postgres:
            report = run(plan, folder, postgres.new_database(), postgres.restart)
    else:
        report = run(plan, folder, url)
    for name, figure in report.figures.items():
        console.print(f"{name}: {figure}", markup=False, highlight=False)
    for problem in report.problems:
        console.print(f"BROKEN {problem}", markup=False, highlight=False, soft_wrap=True)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
