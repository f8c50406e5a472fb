"""What a backtest takes from a page of Zendesk's export, and how it is judged."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli import backtest as module
from app.cli.backtest import from_zendesk
from app.triage.backtest import Past, backtest
from app.triage.judge import Judged, judge
from app.triage.shipped import shipped_judgement
from tests.support.export_page import CALL, OF_NOBODY, ORDINARY, ExportingZendesk
from tests.support.fakes import NOW
from tests.support.shipped import SHIPPED


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> list[Past]:
    monkeypatch.setattr(module, "zendesk_client", lambda _settings: ExportingZendesk())
    given: Any = None
    return list(from_zendesk(given, NOW))


def test_scrubbed_and_unreadable_tickets_are_left_out(past: list[Past]) -> None:
    assert [one.ticket.id for one in past] == [ORDINARY, OF_NOBODY, CALL]


def test_the_others_are_judged(past: list[Past]) -> None:
    judgement = shipped_judgement()

    def again(ticket: Any) -> Judged:
        return judge(SHIPPED, ticket, judgement, now=NOW)

    verdicts = {one.ticket.id: again(one.ticket).verdict.archetype for one in past}
    assert verdicts == {ORDINARY: "mention", OF_NOBODY: "mention", CALL: None}
    assert backtest(past, again).tickets == len(past)
