"""Calls of work that ended are written together, and none is lost for a database that is away."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.records.calls import MadeCall
from app.records.records import Records
from app.work.limits import call_log
from app.work.limits.call_log import CallLog
from tests.support.fakes import NOW

GET = MadeCall("zendesk", "GET /tickets/1", 200, 12, NOW.isoformat())


def test_what_cannot_be_written_waits_and_the_oldest_of_too_many_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_log, "WRITTEN_AT_ONCE", 2)
    monkeypatch.setattr(call_log, "MOST_WAITING", 5)
    records, log = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}"), CallLog()
    for number in range(6):
        log.add(number, f"run {number}", [GET, GET])
    log.add(7, "called nobody", [])
    with pytest.raises(OperationalError):
        log.write(sa.create_engine("sqlite:////nonexistent/folder/x.db").begin)
    for _ in range(2):  # the second time there is nothing left
        log.write(records.engine.begin)
    assert [len(records.calls.of_ticket(number)) for number in range(6)] == [0, 2, 2, 2, 2, 2]
    records.close()
