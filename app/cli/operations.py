"""failures, pause and resume: on the service's database, while it runs or not.

They read and write rows, and put work into the service's queue. They do no such work themselves.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from rich.markup import escape
from rich.table import Table

from app.cli.backtest import parse_date
from app.cli.console import out
from app.cli.errors import NotDone
from app.cli.queue import queue_open, records_beside, who_runs_it
from app.records.audit import AuditEntry
from app.records.failures import Failure
from app.records.pauses import Pause, What
from app.records.records import Records
from app.web.api.schemas import FailureOut
from app.work.jobs.pause import described
from app.work.operations.dead_letters import CannotRetry, DeadLetters

_AGO = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
MOST_SHOWN = 200
_NAMES: dict[What, str] = {"all": "all work", "issues": "work on issues", "replies": "the sending of replies"}


def parse_since(text: str, now: datetime) -> datetime:
    """`2h`, `30m` or `1d` ago, or an ISO-8601 time. Raises ValueError."""
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return parse_date(text)
    except ValueError:
        raise ValueError(f"{text} is not a time: write 2026-11-01, 2026-11-01T08:00, or 2h (ago)") from None


@contextmanager
def _dead_letters(what: str, about: str, after: object = None) -> Iterator[DeadLetters]:
    """Raises NotDone, with what the API would answer."""
    with records_beside() as records, queue_open() as queue:
        try:
            _note(records, what, about, after)
            yield DeadLetters(records.failures, queue.accept, _now)
        except CannotRetry as error:
            raise NotDone(str(error)) from error


def list_failures(*, state: str, since: str | None, as_json: bool) -> None:
    moment = parse_since(since, _now()).astimezone(UTC).isoformat() if since else ""
    with records_beside() as records:
        found = records.failures.newest(limit=MOST_SHOWN, state=None if state == "all" else state, since=moment)
        tried = records.attempts.of([one.key for one in found])
    shown = [FailureOut.of(one, tried.get(one.key, ())) for one in found]
    if as_json:
        out.print_json(json.dumps([one.model_dump(mode="json") for one in shown]))
        return
    if not shown:
        out.print("There are no failures." if state == "all" else f"There are no {state} failures.")
        return
    table = Table("id", "failed at", "ticket", "step", "cause", "tries", "state")
    for one in shown:
        cause = f"{one.reason}: {one.message}" + (f" (ignored: {one.because})" if one.because else "")
        number = str(one.ticket_id or "")
        tries = str(max(len(one.tries), one.attempts))
        table.add_row(str(one.id), one.failed_at[:19], number, one.step, escape(cause), tries, one.state)
    out.print(table)


def retry(failure_id: int) -> None:
    with _dead_letters("retry", f"failure {failure_id}") as dead_letters:
        failure = dead_letters.retry(failure_id)
    _say(f"Failure {failure_id} is now `retried`: the service does {_of(failure)} again, once it runs.")


def retry_since(since: str) -> None:
    moment = parse_since(since, _now())
    with _dead_letters("retry", f"failures since {moment.astimezone(UTC).isoformat()}") as dead_letters:
        done = dead_letters.retry_since(moment)
    _say(f"The service retries {done.retried} failure(s).")
    if done.nothing_to_retry:
        _say(f"{done.nothing_to_retry} hold nothing to retry, and stay open.")


def ignore(failure_id: int, because: str) -> None:
    with _dead_letters("ignore", f"failure {failure_id}", {"reason": because}) as dead_letters:
        failure = dead_letters.ignore(failure_id, because)
    _say(f"Failure {failure_id} is now `ignored`: {_of(failure)} is not done. The reason is kept: {because}")


def _of(failure: Failure) -> str:
    return f"`{failure.step}`" + (f" of ticket {failure.ticket_id}" if failure.ticket_id else "")


def pause(what: What, reason: str) -> None:
    with records_beside() as records:
        before = {one.what for one in records.pauses.current()}
        _note(records, "pause", what, {"reason": reason})
        records.pauses.set(Pause(what, _now().isoformat(), who_runs_it(), reason))
        _say(f"Paused {_NAMES[what]}." if what not in before else f"Paused {_NAMES[what]} again: it was paused before.")
        _print_pauses(records)


def resume(what: What | None) -> None:
    with records_beside() as records:
        _note(records, "resume", what or "all that is paused")
        lifted = records.pauses.lift(what)
        names = " and ".join(_NAMES[one.what] for one in lifted)
        asked = f"{_NAMES[what]} was" if what else "nothing was"
        _say(f"Resumed {names}." if lifted else f"Nothing changed: {asked}{' not' if what else ''} paused.")
        _print_pauses(records)


def _print_pauses(records: Records) -> None:
    for line in [f"Now: {described(one)}" for one in records.pauses.current()] or ["Nothing is paused now."]:
        _say(line)


def _note(records: Records, what: str, about: str, after: object = None) -> None:
    """Whoever has the machine may do all."""
    entry = AuditEntry(at=_now().isoformat(), name=who_runs_it(), role="operate", what=what, about=about, after=after)
    records.audit.add(entry)


def _say(line: str) -> None:
    out.print(line, markup=False, soft_wrap=True)


def _now() -> datetime:
    return datetime.now(UTC)
