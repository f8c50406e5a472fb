"""Backtest: how edited rules would have treated the newest tickets, beside what people chose for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import HTTPException, Path

from app.desk.page import Content, Deed, FormDep, Page, Visit, VisitDep
from app.desk.pages.playground import BACKTESTS, checked_draft, draft_of
from app.triage.backtest import Backtest, ChangedTicket, in_words
from app.work.operations.backtests import BacktestJob, TooManyBacktests

JobId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,40}$")]
SIDES = {
    "away": "Away from what a person chose",
    "neither": "From one wrong archetype to another",
    "unjudged": "Nobody judged",
    "toward": "To what a person chose",
}
"""What to look at first stands first."""


def start(visit: VisitDep, form: FormDep) -> str:
    """Where its page is."""
    checked = checked_draft(visit, draft_of(visit, form))
    if checked.rules is None:
        raise HTTPException(422, "The edited rules have problems: mend them first.")
    wanted = form.get("tickets", "")
    tickets = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else BACKTESTS[1]
    in_force = visit.service.deps.rulebook.current()
    visit.note("backtest", f"rules {checked.rules.hash}", after={"tickets": tickets})
    try:
        job = visit.service.playground.backtests.start(checked.rules, in_force, tickets)
    except TooManyBacktests:
        raise HTTPException(409, "Many backtests are waiting already. Try again in a minute.") from None
    return f"/desk/backtest/{job.id}"


def cancel(visit: VisitDep, job_id: JobId) -> str:
    visit.note("cancel", f"backtest {job_id}")
    visit.service.playground.backtests.cancel(job_id)
    return f"/desk/backtest/{job_id}"


def read(visit: VisitDep, job_id: JobId) -> Content:
    job = visit.service.playground.backtests.get(job_id)
    if job is None:
        raise HTTPException(404, "This backtest is not kept any more. Start it again from the playground.")
    return {**_row(job), "sides": _sides(visit, job.found) if job.found else []}


def listed(visit: VisitDep) -> Content:
    return {"backtests": [_row(job) for job in visit.service.playground.backtests.newest()]}


def _row(job: BacktestJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": job.state,
        "wanted": job.wanted,
        "tickets": job.found.tickets if job.found else job.tickets,
        "edited": job.edited,
        "in_force": job.in_force,
        "asked_at": job.asked_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "changed": len(job.found.changed) if job.found else None,
        "result": in_words(job.found) if job.found else "",
    }


def _sides(visit: Visit, found: Backtest) -> list[dict[str, Any]]:
    texts = _texts(visit, found)
    by_side: dict[str, list[ChangedTicket]] = {side: [] for side in SIDES}
    for change in found.changes:
        for one in change.tickets:
            by_side[one.side].append(one)
    return [
        {
            "side": side,
            "title": SIDES[side],
            "tickets": [{**asdict(one), "text": texts.get(one.ticket_id, "")} for one in tickets],
        }
        for side, tickets in by_side.items()
        if tickets
    ]


def _texts(visit: Visit, found: Backtest) -> Mapping[Any, str]:
    """As the records have them now; read once a minute, however many look at the page."""
    tickets = frozenset(one.ticket_id for one in found.changed if isinstance(one.ticket_id, int))
    return visit.kept.of(("texts", tickets), visit.now, lambda: visit.records.decision_list.beginnings(tickets))[1]


PAGE = Page("/desk/backtest/{job_id}", "Backtest", "backtest.html", read, within="/desk/playground")
LIST = Page("/desk/backtest", "Backtests", "backtests.html", listed, within="/desk/playground")
START = Deed("/desk/backtest", start)
CANCEL = Deed("/desk/backtest/{job_id}/cancel", cancel)
