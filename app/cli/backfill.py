"""backfill: the service works through what the feeds' sources have from before; the command shows how far it is."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from app.cli.backtest import parse_date
from app.cli.console import err, out, print_line
from app.cli.errors import NotDone
from app.cli.queue import queue_open, records_beside
from app.rules.files import read_rules
from app.work.engine.work_store import WorkStore
from app.work.jobs.backfill_state import BackfillState, BackfillStates, share_done
from app.work.messages import Backfill, BackfillMessage, BackfillTickets, Work

LOOK_SECONDS = 0.5
LONG_WITHOUT_A_SIGN = 20.0
NOBODY = "Nothing has begun yet. Is the service running? The command waits; it is safe to stop it and to run it again."
INTERRUPTED = 130
ENDS = {"ended": "read to its end", "limit": "more is there: run the command again", "failed": "it cannot go on"}


def backfill(
    since: str,
    feed: str | None,
    *,
    zendesk: bool,
    limit: int,
    mode: Literal["suggest", "live"],
    routing: Path,
    macros: Path,
) -> int:
    """1: a feed could not be read. Raises NotDone."""
    day, now = parse_date(since).astimezone(UTC), datetime.now(UTC)
    if day >= now:
        raise NotDone(f"{since} is not in the past.", code=2)
    given = {"key": "", "accepted_at": now, "since": day, "mode": mode, "left": limit}
    asked: list[BackfillMessage] = [BackfillTickets.model_validate(given)] if zendesk else []
    if feed or not zendesk:
        names = feed_names(feed, routing, macros)
        asked += [Backfill.model_validate({**given, "feed": name}) for name in names]
    return run(asked)


def feed_names(feed: str | None, routing: Path, macros: Path) -> list[str]:
    """Raises NotDone."""
    feeds = read_rules(routing, macros).routing.feeds
    if feed is not None and feed not in feeds:
        known = ", ".join(sorted(feeds)) or "none"
        raise NotDone(f"`feeds:` of {routing} has no {feed}. It has: {known}.", code=2)
    if not feeds:
        raise NotDone(f"`feeds:` of {routing} names no feed.", code=2)
    return [feed] if feed else sorted(feeds)


def run(asked: Sequence[BackfillMessage]) -> int:
    with records_beside() as records, queue_open() as queue:
        states = BackfillStates(records.progress)
        for one in asked:
            start(one, states, queue)
        try:
            watch(asked, states)
        except KeyboardInterrupt:
            print_line(err, "The service goes on. Run the command again to see how far it is.")
            return INTERRUPTED
        ends = [(one, states.of(one) or BackfillState()) for one in asked]
    for one, state in ends:
        print_line(out, said_of(one, state))
    return 1 if any(state.state == "failed" for _, state in ends) else 0


def start(asked: BackfillMessage, states: BackfillStates, queue: WorkStore) -> None:
    """Begin, or go on where an earlier run came to its limit. What is under way is known, and not queued twice."""
    known = states.of(asked)
    state = known or BackfillState()
    if state.state == "ended":
        return
    if state.state in {"limit", "failed"}:
        state = state.model_copy(update={"state": "reading", "run": state.run + 1, "page": 0, "why": ""})
    if state != known:
        states.keep(asked, state, asked.accepted_at)
    page = asked.model_copy(update={"run": state.run, "page": state.page + 1, "before": state.before})
    queue.accept([Work(page.keyed(), once=True)])


def watch(asked: Sequence[BackfillMessage], states: BackfillStates) -> None:
    began = time.monotonic()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        console=err,
        transient=True,
    ) as bar:
        tasks = {one.source: bar.add_task(one.source, total=1.0, said="") for one in asked}
        is_told = False
        while True:
            found = {one.source: states.of(one) or BackfillState() for one in asked}
            for one in asked:
                state = found[one.source]
                done = share_done(one, state, datetime.now(UTC))
                said = f"{state.read} read, {state.tickets} to do {state.why}".rstrip()
                bar.update(tasks[one.source], completed=done, said=said)
            if all(state.state != "reading" for state in found.values()):
                return
            silent = not any(state.read or state.why or state.page for state in found.values())
            if silent and not is_told and time.monotonic() - began > LONG_WITHOUT_A_SIGN:
                bar.console.print(NOBODY)
                is_told = True
            time.sleep(LOOK_SECONDS)


def said_of(asked: BackfillMessage, state: BackfillState) -> str:
    """What became of one feed, or of the tickets."""
    things, done = ("tickets", "to judge") if isinstance(asked, BackfillTickets) else ("posts", "new tickets")
    reached = f", to {state.reached:%Y-%m-%d}" if state.reached else ""
    why = f" ({state.why})" if state.why else ""
    left_out = sum(state.left_out.values())
    reasons = "; ".join(f"{why}: {count}" for why, count in sorted(state.left_out.items(), key=lambda one: -one[1]))
    known = state.read - state.tickets - left_out
    return (
        f"{asked.source}: {state.read} {things}{reached}: {state.tickets} {done}, {known} known, {left_out} left out"
        f"{f' ({reasons})' if reasons else ''}. {ENDS.get(state.state, state.state).capitalize()}{why}."
    )
