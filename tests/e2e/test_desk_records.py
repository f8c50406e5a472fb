"""What the desk shows of real work: the calls of a ticket, who corrected it, and who changed what by hand."""

from __future__ import annotations

from app.records.calls import CallOfRun
from integrations.sandbox import Fault
from tests.support.harness import PROJECT, Harness, wait_until

REPORT = "since 11.4 the merge request page fails with error 500 when I click on approve. With 11.3 it was fine"


def written_calls(harness: Harness, ticket: int, count: int) -> list[CallOfRun]:
    """Once there are so many."""
    of_ticket = harness.service.deps.records.calls.of_ticket
    wait_until(lambda: len(of_ticket(ticket)) >= count)
    return of_ticket(ticket)


def test_a_ticket_knows_each_call_that_was_made_for_it(harness: Harness) -> None:
    decision, _ = harness.triaged(REPORT)
    ticket = decision["ticket_id"]
    calls = written_calls(harness, ticket, 4)
    said = [(one.service, one.what.partition(" ")[0], one.status) for one in calls]
    assert said[0] == ("zendesk", "GET", 200)
    assert ("gitlab", "POST", 201) in said
    assert ("zendesk", "PUT", 200) in said
    assert said.index(("gitlab", "POST", 201)) < said.index(("zendesk", "PUT", 200))
    assert not [one.what for one in calls if "?" in one.what]
    assert calls[0].run_id == harness.service.deps.records.decisions.of_ticket(ticket)[-1].run_id


def test_a_call_that_failed_is_known_with_those_of_the_next_try(harness: Harness) -> None:
    ticket = harness.ticket("@gitlab thank you all for the release, it rocks")
    harness.sandbox.zendesk.faults.add(
        Fault(method="PUT", path=rf"/api/v2/tickets/{ticket}(\.json)?", times=1, kind="status", status=503)
    )
    harness.deliver(ticket)
    harness.decision(ticket, "done")
    puts = [one.status for one in written_calls(harness, ticket, 4) if one.what.startswith("PUT")]
    assert puts == [503, 200]


def test_who_corrected_it_and_each_time(harness: Harness) -> None:
    _, ticket = harness.triaged("@gitlab thank you all for the release, it is great")
    person = harness.sandbox.zendesk.advocate_id
    for archetype in ("political", "general_question"):
        kept = [tag for tag in harness.sandbox.zendesk.ticket(ticket["id"])["tags"] if "archetype__" not in tag]
        harness.sandbox.zendesk.set_tags(ticket["id"], [*kept, f"archetype__{archetype}"], person)
        harness.deliver(ticket["id"], "ticket.updated", actor_id=person)
        harness.idle()
    history = harness.service.deps.records.corrections.of_ticket(ticket["id"])
    assert [(one.archetype, one.was, one.by) for one in history] == [
        ("political", "mention", f"zendesk:{person}"),
        ("general_question", "mention", f"zendesk:{person}"),
    ]


def test_what_is_changed_through_the_api_has_an_entry_each(harness: Harness) -> None:
    decision, _ = harness.triaged(REPORT.replace("approve", "merge"))
    ticket, link = decision["ticket_id"], decision["links"][0]
    harness.desk("/api/pause", "POST", json={"what": "replies", "by": "ann", "reason": "drill"})
    harness.desk("/api/resume", "POST", json={})
    body = {"project": PROJECT, "iid": link["iid"], "following": "paused"}
    assert harness.desk(f"/api/tickets/{ticket}/links", "PUT", json=body).status_code == 200
    harness.desk("/api/failures/4711/retry", "POST")
    harness.desk("/api/failures/4711/ignore", "POST", json={"reason": "no"})
    harness.desk("/api/failures/retry", "POST", json={"since": "2026-11-01T00:00:00Z"})
    entries = harness.service.deps.records.audit.newest()[::-1]
    assert [(one.name, one.what, one.about) for one in entries] == [
        ("ann", "pause", "replies"),
        ("api", "resume", "all that is paused"),
        ("api", "link", f"ticket {ticket}"),
        ("api", "retry", "failure 4711"),
        ("api", "ignore", "failure 4711"),
        ("api", "retry", "failures since 2026-11-01T00:00:00+00:00"),
    ]
    assert entries[1].before[0]["reason"] == "drill"
    assert (entries[2].before["following"], entries[2].after["following"]) == ("active", "paused")
