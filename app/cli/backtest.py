"""backtest: decides past tickets again, from the records or from Zendesk, and writes nothing."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from app.cli.classification import dry_run_of
from app.cli.console import err, print_line
from app.cli.errors import NotDone
from app.cli.unreadable import readable
from app.clients import zendesk_client
from app.records.corrections import Corrections
from app.records.database import DatabaseError
from app.records.database_url import sqlite_path
from app.records.decisions import Decisions
from app.records.migration import read_only
from app.rules.files import read_rules
from app.settings import ZendeskSettings
from app.tags import ARCHETYPE_TAG
from app.triage.backtest import Backtest, Past, backtest, in_words
from app.work.operations.past_tickets import chosen_by_people, past_tickets
from app.work.snapshot import as_if_new

EXAMPLES = 3
"""Of each change; the desk shows all of them."""


def from_records(database_url: str, since: datetime) -> Iterator[Past]:
    """What the service decided. Raises NotDone and NewerDatabase; never creates or changes a database."""
    try:
        with read_only(database_url) as engine:
            if engine is None:
                raise _nothing(f"there is no database at {sqlite_path(database_url)}")
            decisions = Decisions(engine)
            if left_out := decisions.pruned_since(since.isoformat()):
                why = "because the texts of their tickets are deleted"
                print_line(err, f"The backtest leaves out {left_out} decision(s), {why}.")
            chosen = chosen_by_people(decisions, Corrections(engine))
            yield from past_tickets(decisions.since(since.isoformat()), chosen)
    except DatabaseError as error:
        raise _nothing(f"the database cannot be read ({type(error).__name__})") from error


def from_zendesk(settings: ZendeskSettings, since: datetime) -> Iterator[Past]:
    """From the incremental export, with the archetype that a tag names. Raises IntegrationError."""
    for snapshot in readable(zendesk_client(settings).changed_since(since)):
        if snapshot.status == "deleted":
            continue
        tags = [tag for tag in snapshot.tags if tag.startswith(ARCHETYPE_TAG)]
        archetype = tags[0].removeprefix(ARCHETYPE_TAG) if tags else None
        yield Past(as_if_new(snapshot), archetype, "its tags" if archetype else "none")


def run_backtest(out: Console, past: Iterable[Past], routing: Path, macros: Path) -> None:
    dry_run = dry_run_of(read_rules(routing, macros))
    counted = track(past, description="Deciding again", console=err, transient=True)
    _print(out, backtest(counted, dry_run.judge))


def parse_date(text: str) -> datetime:
    """`2026-11-01` or any ISO-8601 time, in UTC when it names no zone. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a date: write it like 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(out: Console, found: Backtest) -> None:
    again = f"Decided {found.tickets} tickets again. {len(found.changed)} would get another result."
    print_line(out, again, style="bold")
    if found.changed:
        print_line(out, f"The new version {in_words(found)}.")
    for change in found.changes:
        print_line(out, f"\n{change.old} -> {change.new}: {len(change.tickets)}", style="bold")
        for one in change.tickets[:EXAMPLES]:
            print_line(out, f"  {one.ticket_id}  {one.before} -> {one.now}  {one.text}")


def _nothing(why: str) -> NotDone:
    return NotDone(f"There are no records to decide again: {why}. Set DATABASE_URL, or use --source zendesk.", code=2)
