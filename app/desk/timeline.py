"""What happened to a ticket, in the order in which it happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.desk.calls_in_words import call_in_words, request_of, went_well
from app.desk.filters import at_step, cause
from app.records.attempts import Attempt
from app.records.audit import AuditEntry
from app.records.calls import CallOfRun
from app.records.corrections import Correction
from app.records.decisions import Decision
from app.records.failures import Failure
from app.records.links import Link
from app.rules.verdict import spoken


@dataclass(frozen=True)
class Moment:
    at: str
    kind: str
    """decided, call, try, failed, corrected, by_hand or finished: what sign it has."""
    what: str
    detail: str = ""
    went_well: bool = True
    request: str = ""
    """Of a call: its method and path."""
    again: int = 0
    """How often the same was done before, since a try failed."""


@dataclass(frozen=True)
class TicketRecords:
    """All that is kept about one ticket."""

    ticket_id: int
    decisions: Sequence[Decision]
    links: Sequence[Link] = ()
    calls: Sequence[CallOfRun] = ()
    failures: Sequence[Failure] = ()
    tries: Sequence[Attempt] = ()
    corrections: Sequence[Correction] = ()
    by_hand: Sequence[AuditEntry] = ()


Kept = tuple[Moment, object]
"""With what is the same of a moment and those that only repeat it."""


def timeline(kept: TicketRecords) -> list[Moment]:
    """The oldest first."""
    said_before = {one.message for one in kept.tries}
    found: list[Kept] = [
        *((moment, None) for one in kept.decisions for moment in _decision(one)),
        *((_call(one, kept), (one.what, one.status)) for one in kept.calls),
        # The last one is as old as its failure, and comes first.
        *((_try(one), (one.step, one.reason, one.message)) for one in kept.tries),
        *((_failure(one, said_before), None) for one in kept.failures),
        *((_correction(one), None) for one in kept.corrections),
        *((_by_hand(one), None) for one in kept.by_hand),
    ]
    return list(_with_repeats(sorted(found, key=lambda one: one[0].at)))


def _with_repeats(found: Iterable[Kept]) -> Iterator[Moment]:
    """A try does again what the one before it did."""
    known, has_failed = Counter[object](), False
    for moment, same in found:
        if moment.kind in _ENDS:
            known.clear()
            has_failed = False
        has_failed = has_failed or moment.kind == "try"
        repeats = same is not None and (has_failed or not moment.went_well)
        yield replace(moment, again=known[same]) if repeats else moment
        known[same] += 1


_ENDS = {"finished", "failed", "by_hand"}


def _decision(one: Decision) -> Iterable[Moment]:
    if one.state == "failed" and not one.config_hash:
        return  # its failure says more
    event = _EVENTS.get(one.event, _spoken(one.event))
    what, detail = (f"decided: {_spoken(one.archetype)}", event) if one.config_hash else (event, "")
    yield Moment(one.decided_at, "decided", what, detail)
    if one.finished_at and one.state == "done":
        yield Moment(one.finished_at, "finished", "done", "")


_EVENTS = {
    "ticket.created": "a new ticket",
    "created": "a new ticket",
    "comment": "a new comment of theirs",
    "ticket.updated": "the ticket changed",
    "updated": "the ticket changed",
    "corrected": "a person chose the archetype",
    "issue_changed": "its issue changed",
    "link": "a person linked an issue",
    "link_chosen": "a person linked an issue at the desk",
    "answered": "one of us answered on the post",
    "announced": "the team's answer was passed on",
    "post_changed": "the post changed",
    "asked": "an expert was asked",
}


def _call(one: CallOfRun, kept: TicketRecords) -> Moment:
    answer = "no answer" if one.status is None else str(one.status)
    what = call_in_words(one, kept.ticket_id, kept.links)
    return Moment(one.at, "call", what, f"{answer}, {one.ms:,} ms", went_well(one), request_of(one))


def _failure(one: Failure, said_before: Collection[str]) -> Moment:
    what = f"gave up {at_step(one.step)}: {cause(one.reason)}"
    then = {"open": "", "retried": " (retried since)", "ignored": " (ignored since)"}.get(one.state, "")
    detail = "" if one.message in said_before else one.message
    return Moment(one.failed_at, "failed", what + then, detail, went_well=False)


def _try(one: Attempt) -> Moment:
    what = f"try {one.number} failed {at_step(one.step)}: {cause(one.reason)}"
    return Moment(one.at, "try", what, one.message, went_well=False)


def _correction(one: Correction) -> Moment:
    who = who_corrected(one)
    was = _spoken(one.was) if one.was else "left to people"
    return Moment(one.at, "corrected", f"{who} chose {_spoken(one.archetype)}", f"it was {was}")


def who_corrected(one: Correction) -> str:
    place, _, who = one.by.partition(":")
    named = {"zendesk": f"an agent ({who})", "desk": who}
    return named.get(place, one.by or "a person") if who else one.by or "a person"


def _by_hand(one: AuditEntry) -> Moment:
    kind, _, number = one.about.partition(" ")
    return Moment(
        one.at, "by_hand", f"{one.name}: {_spoken(one.what)}", f"failure {number}" if kind == "failure" else ""
    )


def _spoken(name: str | None) -> str:
    return spoken(name or "left to a person")
