"""Tickets of the records, to be decided again: as they came in, with what people chose for them."""

from collections.abc import Iterable, Iterator, Mapping

from app.records.corrections import Corrections
from app.records.decisions import Decision, Decisions
from app.triage.backtest import Past
from app.work.snapshot import ticket_from_json, without_our_tags


def past_tickets(found: Iterable[Decision], chosen: Mapping[int, str]) -> Iterator[Past]:
    for one in found:
        ticket = without_our_tags(ticket_from_json(one.ticket))
        yield Past(ticket, one.archetype, one.decided_by, chosen.get(one.ticket_id))


def chosen_by_people(decisions: Decisions, corrections: Corrections) -> dict[int, str]:
    """By ticket, the archetype that a person chose last: instead of ours, or before we looked."""
    return corrections.chosen() | decisions.chosen_by_people()
