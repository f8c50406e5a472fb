"""Tickets that no webhook told us of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from dbos import DBOS
from prometheus_client import REGISTRY

from app.triage.verdict import DONE_TAG
from app.work.reconcile.tickets import CURSOR, WORKFLOW, compare_tickets_work
from tests.support.service import House, wait_until

HOUR = 3600.0


def test_every_page_of_what_changed_is_looked_through(house: House) -> None:
    """More than one page of changes, from a time on: what we did not see is taken up, what is done is left alone."""
    house.sandbox.clock.advance(-HOUR)
    missed = [house.ticket("@gitlab kudos to the team for everything!") for _ in range(2)]
    for _ in range(120):
        house.ticket("long done", tags=[DONE_TAG])
    missed.append(house.ticket("@gitlab kudos to the team for everything!"))
    house.sandbox.clock.release()
    now = house.service.now()
    start = (now - timedelta(hours=2)).isoformat()
    house.service.records.progress.reached(CURSOR, f"@{start}", now=start)
    house.service.engine.accept([compare_tickets_work("compare-tickets", now)])
    for ticket_id in missed:
        assert house.decision(ticket_id)["archetype"] == "mention"
    house.idle()
    assert house.service.records.failures.count_open() == 0
    reached = house.service.records.progress.of(CURSOR)
    assert reached
    assert not reached.value.startswith("@"), "the next round goes on from the last page"
    house.service.engine.accept([compare_tickets_work("compare-tickets-again", now)])
    house.idle()
    assert all(len(house.sandbox.zendesk.ticket(one)["comments"]) == 2 for one in missed)


def test_a_change_that_a_webhook_may_still_tell_of_is_left_to_it(house: House) -> None:
    ticket_id = house.ticket("@gitlab kudos to the team for everything!")
    start = (house.service.now() - timedelta(hours=2)).isoformat()
    house.service.records.progress.reached(CURSOR, f"@{start}", now=start)
    house.sandbox.clock.advance(90)  # old enough for Zendesk's export
    house.service.engine.accept([compare_tickets_work("compare-tickets-soon", house.service.now())])
    house.idle()
    house.sandbox.clock.release()
    assert house.desk(f"/api/tickets/{ticket_id}").status_code == 404
    wait_until(lambda: house.deliver(ticket_id) == [202])
    assert house.decision(ticket_id)["state"] == "done"


@pytest.fixture
def paused_house(house: House) -> Iterator[House]:
    """Nothing begins, in any queue."""
    house.idle()
    pause = {"what": "all", "reason": "a drill", "by": "ada"}
    assert house.desk("/api/pause", "POST", json=pause).status_code == 200
    wait_until(lambda: (queue := DBOS.retrieve_queue("tickets")) is not None and queue.worker_concurrency == 0)
    yield house
    house.desk("/api/resume", "POST", json={})


def repaired() -> float:
    return REGISTRY.get_sample_value("pointsman_repaired_total", {"kind": "ticket"}) or 0.0


def test_what_waits_in_the_queue_was_not_missed(paused_house: House) -> None:
    house = paused_house
    house.sandbox.clock.advance(-HOUR)
    waits, missed = (house.ticket("@gitlab kudos to the team for everything!") for _ in range(2))
    house.sandbox.clock.release()
    assert house.deliver(waits) == [202]
    start = (house.service.now() - timedelta(hours=2)).isoformat()
    house.service.records.progress.reached(CURSOR, f"@{start}", now=start)
    before = repaired()
    job, _ = house.service.engine._workflows[WORKFLOW]
    compared = job.__self__._compare({})  # type: ignore[attr-defined]  # the step: while all is paused no job begins
    assert [one["ticket_id"] for one in compared["missed"]] == [missed]
    assert repaired() == before + 1
    assert house.desk("/api/resume", "POST", json={}).status_code == 200
    house.service.engine.accept([compare_tickets_work("compare-tickets-resumed", house.service.now())])
    for ticket_id in (waits, missed):
        assert house.decision(ticket_id)["state"] == "done"
        assert len(house.sandbox.zendesk.ticket(ticket_id)["comments"]) == 2
