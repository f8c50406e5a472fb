"""100,000 decisions of 90 days, as the desk's pages find them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from app.records.records import Records
from app.records.tables import decisions, first_answers, links

DECISIONS = int(os.environ.get("DESK_DECISIONS", "100000"))
DAYS = 90
BATCH = 5000
TRACE_BYTES, TEXT_BYTES = 6000, 1500
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def fill(records: Records) -> None:
    random = Random(1)
    with records.engine.begin() as connection:
        for first in range(0, DECISIONS, BATCH):
            numbers = range(first, min(first + BATCH, DECISIONS))
            connection.execute(sa.insert(decisions), [_decision(number, random) for number in numbers])
            connection.execute(sa.insert(first_answers), [_answer(number) for number in numbers])
        linked = range(0, DECISIONS, 3)
        connection.execute(sa.insert(links), [_link(number) for number in linked])
    if records.engine.dialect.name != "sqlite":
        # As the server itself does within a minute: what it knows of a new table is that it is empty.
        with records.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def _moment(number: int) -> datetime:
    return NOW - timedelta(days=DAYS) * (1 - number / DECISIONS)


def _decision(number: int, random: Random) -> dict[str, Any]:
    return {
        "run_id": f"run-{number}",
        "ticket_id": number,
        "event": "created",
        "state": "failed" if number % 50 == 0 else "done",
        "archetype": f"a{number % 17}",
        "confidence": ("high", "medium", "low")[number % 3],
        "decided_by": f"route:r{number % 40}" if number % 3 else "model",
        "mode": "live",
        "channel": f"c{number % 9}",
        "summary": "why it was decided so",
        "tags": [],
        "actions": [],
        "trace": [{"asked": "x" * TRACE_BYTES}],
        "config_hash": "h",
        "ticket": {"subject": f"ticket {number}", "body": random.randbytes(TEXT_BYTES // 2).hex()},
        "thread": "",
        "ticket_updated_at": "",
        "decided_at": _moment(number).isoformat(),
        "corrected_to": "other" if number % 97 == 0 else None,
    }


def _answer(number: int) -> dict[str, Any]:
    created = _moment(number)
    answered = None if number % 200 == 0 else (created + timedelta(minutes=number % 300)).isoformat()
    return {
        "ticket_id": number,
        "channel": f"c{number % 9}",
        "created_at": created.isoformat(),
        "answered_at": answered,
        "answered_by": "person" if answered else "",
        "waited_seconds": number % 300 * 60 if answered else None,
    }


def _link(number: int) -> dict[str, Any]:
    at = _moment(number).isoformat()
    return {
        "ticket_id": number,
        "intent": "issue",
        "project_id": 1,
        "project": "gitlab-org/gitlab",
        "iid": number % 5000,
        "state": "opened",
        "how": "linked",
        "marker": "",
        "created_at": at,
        "updated_at": at,
        "notified": {},
    }
