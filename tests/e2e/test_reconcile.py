"""Tickets that no webhook told us of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from app.tags import DONE_TAG
from app.work.decisions.decision_log import DecisionLog
from app.work.messages import ReconcileTickets
from app.work.reconcile.tickets import CURSOR, TicketReconciliation
from tests.support.harness import Harness, wait_until
from tests.support.work import scheduled

HOUR = 3600.0


@pytest.fixture(autouse=True)
def first_comparison(harness: Harness) -> None:
    """The service's own, soon after the start: it sets the time that the next one begins from."""
    wait_until(lambda: harness.service.deps.records.progress.of(CURSOR))


def test_every_page_of_what_changed_is_looked_through(harness: Harness) -> None:
    """More than one page of changes, from a time on: what we did not see is taken up, what is done is left alone."""
    harness.sandbox.clock.advance(-HOUR)
    missed = [harness.ticket("@gitlab kudos to the team for everything!") for _ in range(2)]
    for _ in range(120):
        harness.ticket("long done", tags=[DONE_TAG])
    missed.append(harness.ticket("@gitlab kudos to the team for everything!"))
    harness.sandbox.clock.release()
    now = harness.service.deps.now()
    start = (now - timedelta(hours=2)).isoformat()
    harness.service.deps.records.progress.reached(CURSOR, f"@{start}", now=start)
    harness.service.deps.engine.accept([scheduled(ReconcileTickets, "compare-tickets", now)])
    for ticket_id in missed:
        assert harness.decision(ticket_id)["archetype"] == "mention"
    harness.idle()
    assert harness.service.deps.records.failures.count_open() == 0
    reached = harness.service.deps.records.progress.of(CURSOR)
    assert reached
    assert not reached.value.startswith("@"), "the next round goes on from the last page"
    harness.service.deps.engine.accept([scheduled(ReconcileTickets, "compare-tickets-again", now)])
    harness.idle()
    assert all(len(harness.sandbox.zendesk.ticket(one)["comments"]) == 2 for one in missed)


def test_a_change_that_a_webhook_may_still_tell_of_is_left_to_it(harness: Harness) -> None:
    ticket_id = harness.ticket("@gitlab kudos to the team for everything!")
    start = (harness.service.deps.now() - timedelta(hours=2)).isoformat()
    harness.service.deps.records.progress.reached(CURSOR, f"@{start}", now=start)
    harness.sandbox.clock.advance(90)  # old enough for Zendesk's export
    harness.service.deps.engine.accept(
        [scheduled(ReconcileTickets, "compare-tickets-soon", harness.service.deps.now())]
    )
    harness.idle()
    harness.sandbox.clock.release()
    assert harness.desk(f"/api/tickets/{ticket_id}").status_code == 404
    wait_until(lambda: harness.deliver(ticket_id) == [202])
    assert harness.decision(ticket_id)["state"] == "done"


@pytest.fixture
def paused_harness(harness: Harness) -> Iterator[Harness]:
    """Nothing begins, in any queue."""
    harness.idle()
    pause = {"what": "all", "reason": "a drill", "by": "ada"}
    assert harness.desk("/api/pause", "POST", json=pause).status_code == 200
    wait_until(lambda: harness.service.deps.pause.paused("all"))
    yield harness
    harness.desk("/api/resume", "POST", json={})


def repaired() -> float:
    return REGISTRY.get_sample_value("pointsman_repaired_total", {"kind": "ticket"}) or 0.0


def test_what_waits_in_the_queue_was_not_missed(paused_harness: Harness) -> None:
    harness = paused_harness
    harness.sandbox.clock.advance(-HOUR)
    waits, missed = (harness.ticket("@gitlab kudos to the team for everything!") for _ in range(2))
    harness.sandbox.clock.release()
    assert harness.deliver(waits) == [202]
    start = (harness.service.deps.now() - timedelta(hours=2)).isoformat()
    harness.service.deps.records.progress.reached(CURSOR, f"@{start}", now=start)
    before = repaired()
    deps = harness.service.deps
    compared = TicketReconciliation(deps, DecisionLog(deps))._compare()  # the step: while all is paused no job begins
    assert [one.ticket_id for one in compared.tickets] == [missed]
    assert repaired() == before + 1
    assert harness.desk("/api/resume", "POST", json={}).status_code == 200
    harness.service.deps.engine.accept(
        [scheduled(ReconcileTickets, "compare-tickets-resumed", harness.service.deps.now())]
    )
    for ticket_id in (waits, missed):
        assert harness.decision(ticket_id)["state"] == "done"
        assert len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) == 2


def test_a_ticket_that_cannot_be_read_is_a_failure_of_its_own_and_the_others_are_taken_up(harness: Harness) -> None:
    harness.sandbox.clock.advance(-HOUR)
    odd, broken, good = (harness.ticket("@gitlab kudos to the team for everything!") for _ in range(3))
    harness.sandbox.zendesk.show_oddly(odd, custom_fields=None, via={"channel": "twitter", "source": None})
    harness.sandbox.zendesk.show_oddly(broken, created_at=[])
    harness.sandbox.clock.release()
    now = harness.service.deps.now()
    start = (now - timedelta(hours=2)).isoformat()
    harness.service.deps.records.progress.reached(CURSOR, f"@{start}", now=start)
    harness.service.deps.engine.accept([scheduled(ReconcileTickets, "compare-tickets-odd", now)])
    for ticket_id in (odd, good):
        assert harness.decision(ticket_id)["state"] == "done"
    harness.idle()
    (failure,) = harness.desk("/api/failures").json()["failures"]
    assert (failure["ticket_id"], failure["reason"], failure["step"]) == (broken, "unreadable_answer", "decide")
    assert failure["message"].endswith("a form that we do not know: created_at")
