"""What the comparison with Zendesk takes up of a page of the export."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.records.records import Records
from app.work.decisions.decision_log import DecisionLog
from app.work.reconcile.tickets import CURSOR, TicketReconciliation
from tests.support.export_page import CALL, ORDINARY, UNREADABLE, ExportingZendesk
from tests.support.fakes import NOW, FakeEngine, dependencies


class Engine(FakeEngine):
    @property
    def backlog(self) -> Any:
        return SimpleNamespace(partitions_with=lambda _kind, _partitions: set())


def test_scrubbed_and_closed_tickets_are_nobodys_miss(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path / 'pointsman.db'}")
    try:
        deps = dependencies(records, zendesk=ExportingZendesk(), engine=Engine())
        begun = (NOW - timedelta(hours=4)).isoformat()
        records.progress.reached(CURSOR, f"@{begun}", now=begun)
        found = TicketReconciliation(deps, DecisionLog(deps))._compare()
    finally:
        records.close()
    assert [one.ticket_id for one in found.tickets] == [ORDINARY, CALL, UNREADABLE]
    assert found.cursor == "abc"
