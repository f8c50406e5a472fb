"""What the metrics count, beside what happened."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from app.work.operations.webhook_health import Listening
from integrations.sandbox import Fault
from tests.support.service import House

TICKET = r"/api/v2/tickets/\d+(\.json)?"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_decision_and_a_correction_count_once_however_often_their_writes_were_tried(house: House) -> None:
    decided = {"archetype": "mention", "decider": "route:praise"}
    corrected = {"archetype": "mention", "decider": "route:praise"}
    decisions = value("pointsman_decisions_total", **decided)
    corrections = value("pointsman_corrections_total", **corrected)
    by_hand = {"archetype": "political", "decider": "person"}
    decisions_by_hand = value("pointsman_decisions_total", **by_hand)

    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=2, status=503))
    _, ticket = house.triaged("@gitlab thank you all for the release, it rocks")
    assert value("pointsman_decisions_total", **decided) == decisions + 1

    person = house.sandbox.zendesk.advocate_id
    house.sandbox.zendesk.set_tags(ticket["id"], ["archetype__political"], person)
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=2, status=503))
    assert house.deliver(ticket["id"], "ticket.updated", actor_id=person) == [202]
    house.idle()
    assert house.decision(ticket["id"])["decided_by"] == "person"
    assert value("pointsman_corrections_total", **corrected) == corrections + 1
    assert value("pointsman_decisions_total", **by_hand) == decisions_by_hand + 1


def test_when_a_source_was_heard_last_is_known_to_a_process_that_never_heard_it(house: House) -> None:
    now, progress = house.service.now(), house.service.records.progress
    house.triaged("@gitlab kudos to the team")
    progress.reached("heard:zendesk", "", now=(now - timedelta(hours=7)).isoformat())
    assert Listening(progress, house.service.now, ("zendesk",)).silent_for("zendesk") >= timedelta(hours=7)
    assert house.web.get("/metrics").status_code == 200
    assert value("pointsman_last_event_seconds", source="zendesk") >= now.timestamp(), "this one heard it"
    assert value("pointsman_last_event_seconds", source="gitlab") > 0, "and it is there before anything was heard"
