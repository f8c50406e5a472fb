"""Labelling: tickets that the service was unsure of, one after the other. A person says what each is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import HTTPException, Path, Query

from app.desk.page import Content, Deed, FormDep, Page, Visit, VisitDep
from app.desk.query import LARGEST, Number, digits
from app.desk.render import with_query
from app.model.training_report import TrainingReport
from app.records.decisions import Decision
from app.rules.verdict import spoken
from app.work.operations.labelling import MOST_COUNTED, NothingToLabel

KEYS = 9
"""So many archetypes have a key of their own."""
TicketId = Annotated[int, Path(ge=1, le=LARGEST)]


def read(
    visit: VisitDep,
    before: Number = None,
    ticket: Number = None,
    chose: Annotated[str, Query(max_length=64)] = "",
    of: Number = None,
) -> Content:
    """`before`: go on behind this decision; `ticket`: this one; `chose`, `of`: what was just chosen, and of which."""
    unsure = visit.service.labelling().unsure(before)
    shown, decision_id = unsure.next, unsure.id
    if ticket is not None:
        shown = next((one for one in visit.records.decisions.of_ticket(ticket) if one.ticket), None)
        decision_id = before
        if shown is None:
            raise HTTPException(404, f"The text of ticket {ticket} is not kept here.")
    return {
        "ticket": _ticket(visit, shown) if shown else None,
        "decision_id": decision_id,
        "left": unsure.left,
        "left_is_least": unsure.left >= MOST_COUNTED,
        "archetypes": _archetypes(visit, shown) if shown else [],
        "chosen": {"archetype": chose, "ticket_id": of} if chose in _names(visit) and of else None,
        "has_begun": before is not None,
        "training": _training(visit),
    }


def choose(visit: VisitDep, ticket_id: TicketId, form: FormDep) -> str:
    """The next one, and what was chosen for this one."""
    archetype, before = form.get("archetype", ""), digits(form.get("decision", ""), most=LARGEST)
    visit.note("label", f"ticket {ticket_id}", after={"archetype": archetype[:64]})
    try:
        visit.service.labelling().choose(
            ticket_id, archetype, visit.visitor.name, visit.service.deps.rulebook.current()
        )
    except NothingToLabel as error:
        raise HTTPException(409, str(error)) from None
    return with_query(PAGE.path, {"before": before, "chose": archetype, "of": ticket_id})


def _names(visit: Visit) -> Collection[str]:
    return visit.service.deps.rulebook.current().routing.archetypes.keys()


def _ticket(visit: Visit, one: Decision) -> dict[str, Any]:
    channel = visit.service.deps.rulebook.current().routing.channels.get(one.channel)
    return {
        "ticket_id": one.ticket_id,
        "subject": one.ticket.get("subject", ""),
        "body": one.ticket.get("body", ""),
        "channel": channel.title if channel else one.channel,
        "archetype": one.archetype,
        "confidence": one.confidence,
        "decided_by": one.decided_by,
        "summary": one.summary,
        "decided_at": one.decided_at,
    }


def _archetypes(visit: Visit, one: Decision) -> list[dict[str, Any]]:
    """The likely ones first, by the model's word; these have keys."""
    routing = visit.service.deps.rulebook.current().routing
    said = next((entry for entry in one.trace if entry.get("asked") == "model"), None)
    shares = dict(said.get("probabilities") or {}) if said else {}
    likely = [one.archetype, *sorted(shares, key=lambda name: -shares[name])]
    names = [name for name in dict.fromkeys((*likely, *routing.archetypes)) if name in routing.archetypes]
    return [
        {
            "name": name,
            "title": spoken(name),
            "description": routing.archetypes[name].description,
            "share": shares.get(name),
            "key": number if number <= KEYS else None,
        }
        for number, name in enumerate(names, start=1)
    ]


def _training(visit: Visit) -> dict[str, Any] | None:
    report = TrainingReport.read(visit.service.deps.settings.model_folder)
    return asdict(report) if report else None


PAGE = Page("/desk/labelling", "Labelling", "labelling.html", read, nav="Labelling", key="l", is_live=False)
CHOOSE = Deed("/desk/labelling/{ticket_id}", choose)
