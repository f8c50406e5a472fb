"""Lost answers, refusals, limits and outages: nothing twice, nothing lost, nothing retried for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from dbos import DBOS

from app.work.tickets.workflow import triage_work
from integrations.sandbox import Fault
from tests.support.service import PROJECT, House, wait_until


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


BUGS = {
    "drop_after": "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3",
    "garbage": "@gitlab after 10.7 the LDAP sync fails with an error for nested groups, with 10.6 it was fine",
}
LostAnswer = Literal["drop_before", "drop_after", "garbage"]
PRAISE = "@gitlab thank you for the great release!"
TICKET = r"/api/v2/tickets/\d+(\.json)?"
ISSUES = r"/api/v4/projects/[^/]+/issues"


def our_comments(house: House, ticket_id: int) -> int:
    return len(house.sandbox.zendesk.ticket(ticket_id)["comments"]) - 1


def issues_about(house: House, words: str) -> list[dict[str, object]]:
    return [issue for issue in house.sandbox.gitlab.issues(PROJECT) if words in issue["description"]]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "garbage"])
def test_an_update_whose_answer_was_lost_is_looked_up_and_not_written_twice(house: House, kind: LostAnswer) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind=kind))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "done"
    assert our_comments(house, ticket_id) == 1
    assert "archetype__mention" in house.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_an_update_that_was_applied_later_than_anybody_waited_is_known_for_what_it_is(house: House) -> None:
    """The request of a process that was killed: when its work was taken up it was not there yet, and then it was."""
    decisions = house.service.records.decisions
    _, ticket = house.triaged(PRAISE)
    (row,) = decisions.of_ticket(ticket["id"])
    decisions.update(row.run_id, state="working")
    assert house.deliver(ticket["id"], "ticket.updated", actor_id=house.sandbox.zendesk.advocate_id) == [202]
    house.idle()
    (after,) = decisions.of_ticket(ticket["id"])
    assert (after.run_id, after.state, after.tags) == (row.run_id, "done", row.tags)
    assert our_comments(house, ticket["id"]) == 1


@pytest.mark.parametrize("own", [False, True])
def test_an_update_that_was_applied_late_is_known_though_the_ticket_was_closed_or_merged_since(
    house: House, own: bool
) -> None:
    """`own`: its own work comes back to it; else a repeat that finds it."""
    decisions = house.service.records.decisions
    _, ticket = house.triaged(PRAISE)
    (row,) = decisions.of_ticket(ticket["id"])
    decisions.update(row.run_id, state="working")
    house.sandbox.zendesk.close(ticket["id"])
    if own:
        work = triage_work("late", ticket["id"], row.event, house.service.now())
        house.service.engine.accept([replace(work, payload={**work.payload, "run_id": row.run_id})])
    else:
        house.deliver(ticket["id"], "ticket.updated")
    house.idle()
    (after,) = decisions.of_ticket(ticket["id"])
    assert (after.run_id, after.state, after.archetype, after.tags) == (row.run_id, "done", "mention", row.tags)


def test_other_work_waits_until_an_update_that_may_still_arrive_would_be_refused(house: House) -> None:
    """Of a process that was killed: two updates within one second leave the ticket with the stamp of the first."""
    decisions = house.service.records.decisions
    _, other = house.triaged(PRAISE)
    (known,) = decisions.of_ticket(other["id"])
    ticket_id, began = house.ticket(PRAISE), house.service.now()
    on_its_way = replace(known, run_id=f"late-{ticket_id}", ticket_id=ticket_id, decided_at=began.isoformat())
    decisions.save(replace(on_its_way, state="writing"))
    house.deliver(ticket_id)
    wait_until(lambda: our_comments(house, ticket_id))
    house.idle()
    assert (house.service.now() - began).total_seconds() > 1.0
    assert our_comments(house, ticket_id) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_spam_is_marked_even_if_that_answer_was_lost(house: House, kind: Literal["drop_before", "drop_after"]) -> None:
    ticket_id = house.ticket(
        "Deposit 10 at our casino, no verification! lucky-spin.example.top", via_channel="facebook"
    )
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=r"/api/v2/tickets/\d+/mark_as_spam", times=1, kind=kind))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["archetype"] == "spam"
    ticket = house.sandbox.zendesk.ticket(ticket_id)
    assert ticket["status"] == "deleted"
    assert our_comments(house, ticket_id) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_update_that_is_refused_for_now_is_tried_again(house: House, status: int) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=status))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "done"
    assert our_comments(house, ticket_id) == 1


def test_a_limit_is_waited_for_without_holding_other_tickets(house: House) -> None:
    limited = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(
        Fault(
            method="PUT",
            path=rf"/api/v2/tickets/{limited}(\.json)?",
            times=1,
            kind="status",
            status=429,
            headers={"Retry-After": "2"},
        )
    )
    house.deliver(limited)
    house.decision(limited, "working")
    other, _ = house.triaged(PRAISE)
    assert other["state"] == "done"
    assert house.desk(f"/api/tickets/{limited}").json()["state"] == "working"
    assert house.decision(limited)["state"] == "done"


@pytest.mark.parametrize("kind", ["drop_after", "garbage"])
def test_an_issue_whose_answer_was_lost_is_found_again_and_not_opened_twice(house: House, kind: LostAnswer) -> None:
    ticket_id = house.ticket(BUGS[kind])
    house.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, kind=kind))
    house.deliver(ticket_id)
    decision = house.decision(ticket_id)
    assert decision["state"] == "done"
    assert len(decision["links"]) == 1
    assert len(issues_about(house, BUGS[kind][8:40])) == 1


def test_a_conflict_with_a_person_is_read_again_and_keeps_what_the_person_did(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    person = house.sandbox.zendesk.advocate_id
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=409))
    house.sandbox.zendesk.set_tags(ticket_id, ["vip"], person)
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "done"
    assert "vip" in house.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert our_comments(house, ticket_id) == 1


def test_a_ticket_that_is_gone_ends_as_an_explained_decision(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.delete(ticket_id)
    house.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=1, kind="status", status=404))
    house.deliver(ticket_id)
    decision = house.decision(ticket_id)
    assert decision["state"] == "done"
    assert "gone" in decision["summary"] or "deleted" in decision["summary"]


def test_a_closed_ticket_ends_as_an_explained_decision(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.close(ticket_id)
    house.deliver(ticket_id)
    decision = house.decision(ticket_id)
    assert (decision["state"], decision["archetype"]) == ("done", None)
    assert "closed" in decision["summary"]


def test_a_merged_ticket_ends_as_an_explained_decision(house: House) -> None:
    source, target = house.ticket(PRAISE), house.ticket("@gitlab hm")
    house.sandbox.zendesk.merge(source, target)
    house.deliver(source)
    assert "merged" in house.decision(source)["summary"]


def test_a_ticket_that_is_closed_while_it_is_written_ends_as_an_explained_decision(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="delay", seconds=0.3))
    house.deliver(ticket_id)
    wait_until(lambda: house.desk(f"/api/tickets/{ticket_id}").status_code == 200)
    house.sandbox.zendesk.close(ticket_id)
    decision = house.decision(ticket_id)
    assert decision["state"] == "done"
    assert {action["state"] for action in decision["actions"]} <= {"skipped", "done"}


def test_a_broken_token_becomes_a_failure_that_can_be_retried(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=403))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in house.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("write", "forbidden")
    assert house.desk(f"/api/failures/{failure['id']}/retry", "POST").status_code == 202
    house.idle()
    assert house.decision(ticket_id)["state"] == "done"
    assert our_comments(house, ticket_id) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_failure_of_which_nobody_knew_whether_it_was_written_is_looked_up_by_the_retry(
    house: House, kind: Literal["drop_before", "drop_after"]
) -> None:
    ticket_id = house.ticket(PRAISE)
    faults = house.sandbox.zendesk.faults
    faults.add(Fault(method="PUT", path=TICKET, times=1, kind=kind))
    faults.add(Fault(method="GET", path=r"/api/v2/tickets/\d+/audits", times=1, kind="status", status=403))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in house.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("settle", "forbidden")
    house.desk(f"/api/failures/{failure['id']}/retry", "POST")
    house.idle()
    assert house.decision(ticket_id)["state"] == "done"
    assert "archetype__mention" in house.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert our_comments(house, ticket_id) == 1


def test_a_bug_of_ours_becomes_a_failure_and_can_be_retried(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket_id = house.ticket(PRAISE)
    with monkeypatch.context() as patched:
        patched.setattr("app.work.tickets.decide.judge", lambda *_args, **_options: 1 / 0)
        house.deliver(ticket_id)
        assert house.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in house.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("workflow", "bug")
    house.desk(f"/api/failures/{failure['id']}/retry", "POST")
    house.idle()
    assert house.decision(ticket_id)["state"] == "done"
    assert our_comments(house, ticket_id) == 1


def test_spam_whose_mark_was_refused_for_now_is_marked_later(house: House) -> None:
    ticket_id = house.ticket("Deposit 10 at our casino, no verification! happy.example.top", via_channel="facebook")
    mark = r"/api/v2/tickets/\d+/mark_as_spam"
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=mark, times=1, kind="status", status=429))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "done"
    assert house.sandbox.zendesk.ticket(ticket_id)["spam"]
    assert our_comments(house, ticket_id) == 1
    house.deliver(ticket_id)
    house.idle()
    assert house.decision(ticket_id)["archetype"] == "spam", "a repeat finds it deleted, and hides nothing"


def test_spam_that_was_marked_is_done_though_a_deleted_ticket_shows_no_audits(house: House) -> None:
    ticket_id = house.ticket("Deposit 10 at our casino, no verification! joy.example.top", via_channel="facebook")
    mark = r"/api/v2/tickets/\d+/mark_as_spam"
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=mark, times=1, kind="drop_after"))
    audits = r"/api/v2/tickets/\d+/audits"
    house.sandbox.zendesk.faults.add(Fault(method="GET", path=audits, times=1, kind="status", status=404))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "done"


def test_what_was_put_off_and_done_by_another_delivery_leaves_nothing_unfinished(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    zendesk = house.sandbox.zendesk
    zendesk.faults.add(Fault(method="GET", path=TICKET, times=2, kind="status", status=503))
    house.deliver(ticket_id)
    house.deliver(ticket_id, "ticket.updated")
    house.idle()
    decision = house.decision(ticket_id)
    assert decision["state"] == "done"
    assert {row["state"] for row in decision["history"]} <= {"done"}
    assert our_comments(house, ticket_id) == 1


def test_a_repeat_that_is_put_off_too_does_not_take_the_first_ones_second_try_for_its_own(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    house.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=2, kind="status", status=503))
    house.deliver(ticket_id)
    wait_until(lambda: any(f":{ticket_id}:" in one.workflow_id for one in DBOS.list_workflows(status="DELAYED")))
    house.deliver(ticket_id)
    house.idle()
    ended = {one.workflow_id: one.status for one in DBOS.list_workflows() if f":{ticket_id}:" in one.workflow_id}
    assert set(ended.values()) == {"SUCCESS"}
    assert sorted(key.partition(f":{ticket_id}:")[2][16:] for key in ended) == ["", "+2", "~2", "~2+2"]


def test_failed_work_that_is_retried_and_put_off_again_goes_on(house: House) -> None:
    ticket_id = house.ticket(PRAISE)
    for status in (503, 403):
        house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=status))
    house.deliver(ticket_id)
    assert house.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in house.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    house.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=503))
    house.desk(f"/api/failures/{failure['id']}/retry", "POST")
    house.idle()
    assert house.decision(ticket_id)["state"] == "done"
    assert our_comments(house, ticket_id) == 1
