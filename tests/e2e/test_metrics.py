"""What the metrics count, beside what happened."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from app.work.chat.webhook_health import LastDeliveries
from integrations.sandbox import Fault
from tests.support.harness import Harness

TICKET = r"/api/v2/tickets/\d+(\.json)?"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_decision_and_a_correction_count_once_however_often_their_writes_were_tried(harness: Harness) -> None:
    decided = {"archetype": "mention", "decider": "route:praise"}
    corrected = {"archetype": "mention", "decider": "route:praise"}
    decisions = value("pointsman_decisions_total", **decided)
    corrections = value("pointsman_corrections_total", **corrected)
    by_hand = {"archetype": "political", "decider": "person"}
    decisions_by_hand = value("pointsman_decisions_total", **by_hand)

    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=2, status=503))
    _, ticket = harness.triaged("@gitlab thank you all for the release, it rocks")
    assert value("pointsman_decisions_total", **decided) == decisions + 1

    person = harness.sandbox.zendesk.advocate_id
    harness.sandbox.zendesk.set_tags(ticket["id"], ["archetype__political"], person)
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=2, status=503))
    assert harness.deliver(ticket["id"], "ticket.updated", actor_id=person) == [202]
    harness.idle()
    assert harness.decision(ticket["id"])["decided_by"] == "person"
    assert value("pointsman_corrections_total", **corrected) == corrections + 1
    assert value("pointsman_decisions_total", **by_hand) == decisions_by_hand + 1


def test_a_process_knows_of_deliveries_that_another_one_received(harness: Harness) -> None:
    now, progress = harness.service.deps.now(), harness.service.deps.records.progress
    harness.triaged("@gitlab kudos to the team")
    progress.reached("last_delivery:zendesk", "", now=(now - timedelta(hours=7)).isoformat())
    assert LastDeliveries(progress, harness.service.deps.now, ("zendesk",)).silent_for("zendesk") >= timedelta(hours=7)
    assert harness.web.get("/metrics").status_code == 200
    assert value("pointsman_last_event_seconds", source="zendesk") >= now.timestamp(), "this one received it"
    assert value("pointsman_last_event_seconds", source="gitlab") > 0, "and it is there before any delivery came"
