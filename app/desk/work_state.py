"""How the work is at this moment: what waits, what is paused, what may be asked of whom, and what needs people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from app.records.circuits import Circuit
from app.service import Service

AGES = (
    ("under a minute", timedelta(minutes=1)),
    ("under 10 minutes", timedelta(minutes=10)),
    ("under an hour", timedelta(hours=1)),
    ("under a day", timedelta(days=1)),
)
OLDER = "older"
NEARLY_SPENT = 0.1


def work_state(service: Service, now: datetime) -> dict[str, Any]:
    """Only what this process and the database know: nobody is called for it."""
    deps = service.deps
    records = deps.records
    feeds = [
        {"name": one.name, "state": one.state, "why": one.why, "blocked": one.is_blocked, "read_at": one.read_at}
        for one in service.feeds()
    ]
    return {
        # Not by the switch: it believes for a moment what it read, and who has just pressed the button looks here.
        "paused": [asdict(one) for one in records.pauses.current()],
        "held": records.suspended_work.count(),
        "waiting": deps.engine.backlog.waiting(),
        "oldest_seconds": round(service.oldest_waiting()),
        "ages": _ages(service, now),
        "circuits": _circuits(service, now),
        "budgets": _budgets(service, now),
        "feeds": feeds,
        "setup": [{"check": one.name, "said": one.said, "remedy": one.remedy} for one in service.setup.problems],
        "setup_looked_at": service.setup.account is not None,
        "config_problems": [str(one) for one in deps.rulebook.problems()],
    }


def _ages(service: Service, now: datetime) -> list[dict[str, Any]]:
    """Deliveries about tickets that are not done, by their age."""
    backlog = service.deps.engine.backlog
    until = now + timedelta(days=1)  # clocks of two machines differ
    found = []
    for name, age in AGES:
        since = now - age
        found.append({"age": name, "count": backlog.tickets_accepted(since, until)})
        until = since
    return [*found, {"age": OLDER, "count": backlog.tickets_accepted(None, until)}]


def _circuits(service: Service, now: datetime) -> list[dict[str, Any]]:
    known = service.deps.records.circuits.all()
    return [
        {
            "service": name,
            "state": known[name].state if name in known else "closed",
            "seconds": max(0, round(now.timestamp() - known[name].opened))
            if name in known and known[name].state != "closed"
            else 0,
            "was_away": _was_away(known.get(name)),
        }
        for name in sorted(service.deps.clients.services)
    ]


def _was_away(circuit: Circuit | None) -> dict[str, Any] | None:
    """Since when it did not answer, the last time that this is over, and for how long."""
    if circuit is None or circuit.state != "closed" or not circuit.opened:
        return None
    since = datetime.fromtimestamp(circuit.opened, UTC).isoformat(timespec="seconds")
    return {"since": since, "seconds": round(circuit.at - circuit.opened)}


def _budgets(service: Service, now: datetime) -> list[dict[str, Any]]:
    """Of accounts and projects, not of single tickets."""
    moment = now.timestamp()
    return [
        {
            "name": one.name,
            "left": one.left(moment),
            "total": one.total,
            "nearly_spent": one.left(moment) <= NEARLY_SPENT * one.total,
            "put_off": one.put_off if one.ends > moment else 0,
        }
        for one in service.deps.records.rate_limits.all()
        if one.name.partition(":")[2].partition(":")[0] != "ticket"
    ]
