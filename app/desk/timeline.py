"""What happened to a ticket, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.records.attempts import Attempt
from app.records.audit import AuditEntry
from app.records.calls import CallOfRun
from app.records.corrections import Correction
from app.records.decisions import Decision
from app.records.failures import Failure
from app.rules.verdict import spoken


@dataclass(frozen=True)
class Moment:
    at: str
    kind: str
    """decided, call, try, failed, corrected, by_hand or finished: what sign it has."""
    what: str
    detail: str = ""
    went_well: bool = True


@dataclass(frozen=True)
class TicketRecords:
    """All that is kept about one ticket."""

    decisions: Sequence[Decision]
    calls: Sequence[CallOfRun] = ()
    failures: Sequence[Failure] = ()
    tries: Sequence[Attempt] = ()
    corrections: Sequence[Correction] = ()
    by_hand: Sequence[AuditEntry] = ()


def timeline(kept: TicketRecords) -> list[Moment]:
    """The oldest first."""
    found = [
        *(moment for one in kept.decisions for moment in _decision(one)),
        *map(_call, kept.calls),
        *map(_failure, kept.failures),
        *map(_try, kept.tries),
        *map(_correction, kept.corrections),
        *map(_by_hand, kept.by_hand),
    ]
    return sorted(found, key=lambda one: one.at)


def _decision(one: Decision) -> Iterable[Moment]:
    what = f"decided: {_spoken(one.archetype)}" if one.config_hash else _EVENTS.get(one.event, _spoken(one.event))
    yield Moment(one.decided_at, "decided", what, _EVENTS.get(one.event, _spoken(one.event)))
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


def _call(one: CallOfRun) -> Moment:
    answer = "no answer" if one.status is None else str(one.status)
    went_well = one.status is not None and one.status < 400
    return Moment(one.at, "call", f"{one.service}: {one.what}", f"{one.ms} ms, {answer}", went_well)


def _failure(one: Failure) -> Moment:
    state = "" if one.state == "open" else f", {one.state}"
    return Moment(
        one.failed_at, "failed", f"failed at {_spoken(one.step)}: {one.reason}{state}", one.message, went_well=False
    )


def _try(one: Attempt) -> Moment:
    return Moment(one.at, "try", f"try {one.number} of {_spoken(one.step)}: {one.reason}", one.message, went_well=False)


def _correction(one: Correction) -> Moment:
    who = _person(one.by)
    was = _spoken(one.was) if one.was else "left to people"
    return Moment(one.at, "corrected", f"{who} chose {_spoken(one.archetype)}", f"it was {was}")


def _person(by: str) -> str:
    """`by`, as `app.records.corrections.Correction` has it."""
    place, _, who = by.partition(":")
    named = {"zendesk": f"an agent ({who})", "desk": who}
    return named.get(place, by or "a person") if who else by or "a person"


def _by_hand(one: AuditEntry) -> Moment:
    kind, _, number = one.about.partition(" ")
    return Moment(
        one.at, "by_hand", f"{one.name}: {_spoken(one.what)}", f"failure {number}" if kind == "failure" else ""
    )


def _spoken(name: str | None) -> str:
    return spoken(name or "left to a person")
