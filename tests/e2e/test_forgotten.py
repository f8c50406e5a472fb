"""A ticket whose text was dropped for its age goes on as before: at the desk, and when people do something with it."""

from __future__ import annotations

from datetime import timedelta

from app.bootstrap import utc_now
from app.cli.learning import corrections
from app.work.engine.retention import EndedWork
from integrations.sandbox import Fault
from tests.e2e.test_failures import TICKET, failure, failures, notes, retry
from tests.support.harness import Harness, wait_until


def forget_all(harness: Harness) -> None:
    before = utc_now() + timedelta(hours=1)
    harness.service.deps.records.decisions.prune_texts("", before.isoformat(), limit=1000)


def test_the_desk_says_that_the_text_is_no_longer_kept(harness: Harness) -> None:
    kudos, _ = harness.triaged("@gitlab kudos to the team for everything!")
    assert kudos["trace"]
    assert not kudos["forgotten"]
    forget_all(harness)
    answer = harness.desk(f"/api/tickets/{kudos['ticket_id']}").json()
    assert answer["forgotten"]
    assert answer["trace"] == []
    same = {name: value for name, value in answer.items() if name not in {"trace", "forgotten"}}
    assert same == {name: kudos[name] for name in same}
    assert harness.desk("/api/decisions").json()["decisions"][0]["forgotten"]
    explained = harness.desk("/api/explain", "POST", json={"ticket_id": kudos["ticket_id"]}).json()
    assert explained["archetype"] == "mention", "the ticket itself is asked, not our memory of it"


def test_a_correction_counts_and_teaches_nothing(harness: Harness) -> None:
    kudos, ticket = harness.triaged("@gitlab kudos to the team for everything!")
    forget_all(harness)
    tags = [tag for tag in ticket["tags"] if tag != "archetype__mention"]
    harness.sandbox.zendesk.set_tags(kudos["ticket_id"], [*tags, "archetype__political"])
    harness.deliver(kudos["ticket_id"], "ticket.updated")
    known = harness.service.deps.records.corrections
    wait_until(lambda: [one.ticket for one in known.all() if one.ticket_id == kudos["ticket_id"]] == [{}])
    harness.idle()
    assert harness.decision(kudos["ticket_id"])["archetype"] == "political"
    assert list(corrections(harness.service.deps.settings.database_url)) == []


def test_an_open_failure_can_be_retried_long_after_its_work_was_dropped(harness: Harness) -> None:
    ticket_id = harness.ticket("@gitlab thank you for the great release!")
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    found = failure(harness, ticket_id)
    finished = EndedWork(harness.service.deps.records.engine, harness.service.deps.engine.names)
    while finished.forget(utc_now() + timedelta(days=1), most=200):
        pass
    retry(harness, found["id"])
    assert harness.decision(ticket_id)["archetype"] == "mention"
    assert len(notes(harness, ticket_id)) == 1
    assert failures(harness, ticket_id) == []
