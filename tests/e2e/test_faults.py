"""Lost answers, refusals, limits and outages: nothing twice, nothing lost, nothing retried for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
import sqlalchemy as sa
from dbos import DBOS

from app.work.engine.backlog import workflow_status
from app.work.jobs.attempt import retry_work
from app.work.messages import ticket_partition
from integrations.sandbox import Fault
from tests.support.harness import PROJECT, Harness, wait_until
from tests.support.work import triage


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both databases: what is kept from one try to the next, and what several pieces of work share."""
    databases = ["sqlite", "postgresql"] if metafunc.function in ON_BOTH else ["sqlite"]
    metafunc.parametrize("database", databases, indirect=True, scope="module")


BUGS = {
    "drop_after": "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3",
    "garbage": "@gitlab after 10.7 the LDAP sync fails with an error for nested groups, with 10.6 it was fine",
}
LostAnswer = Literal["drop_before", "drop_after", "garbage"]
GONE = '{"error": "RecordNotFound", "description": "Not found"}'
PRAISE = "@gitlab thank you for the great release!"
TICKET = r"/api/v2/tickets/\d+(\.json)?"
ISSUES = r"/api/v4/projects/[^/]+/issues"


def our_comments(harness: Harness, ticket_id: int) -> int:
    return len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) - 1


def issues_about(harness: Harness, words: str) -> list[dict[str, object]]:
    return [issue for issue in harness.sandbox.gitlab.issues(PROJECT) if words in issue["description"]]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "garbage"])
def test_an_update_whose_answer_was_lost_is_looked_up_and_not_written_twice(harness: Harness, kind: LostAnswer) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind=kind))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "done"
    assert our_comments(harness, ticket_id) == 1
    assert "archetype__mention" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_an_update_that_was_applied_later_than_anybody_waited_is_known_for_what_it_is(harness: Harness) -> None:
    """The request of a process that was killed: when its work was taken up it was not there yet, and then it was."""
    decisions = harness.service.deps.records.decisions
    _, ticket = harness.triaged(PRAISE)
    (row,) = decisions.of_ticket(ticket["id"])
    decisions.update(row.run_id, state="working", update_state="not_applied")
    assert harness.deliver(ticket["id"], "ticket.updated", actor_id=harness.sandbox.zendesk.advocate_id) == [202]
    harness.idle()
    (after,) = decisions.of_ticket(ticket["id"])
    assert (after.run_id, after.state, after.tags) == (row.run_id, "done", row.tags)
    assert our_comments(harness, ticket["id"]) == 1


def key_of_work_on(harness: Harness, ticket_id: int) -> str:
    """Of the delivery that the ticket was decided for."""
    with harness.service.deps.records.engine.connect() as connection:
        table = workflow_status(connection)
        query = sa.select(table.c.workflow_uuid).where(table.c.queue_partition_key == ticket_partition(ticket_id))
        return str(connection.execute(query).scalars().first())


@pytest.mark.parametrize("own", [False, True])
def test_an_update_that_was_applied_late_is_known_though_the_ticket_was_closed_or_merged_since(
    harness: Harness, own: bool
) -> None:
    """`own`: its own work comes back to it; else a repeat that finds it."""
    decisions = harness.service.deps.records.decisions
    _, ticket = harness.triaged(PRAISE)
    (row,) = decisions.of_ticket(ticket["id"])
    decisions.update(row.run_id, state="working", update_state="not_applied")
    harness.sandbox.zendesk.close(ticket["id"])
    if own:
        now = harness.service.deps.now()
        work = triage(key_of_work_on(harness, ticket["id"]), ticket["id"], row.event, now)
        harness.service.deps.engine.accept([retry_work(work.message, now)])
    else:
        harness.deliver(ticket["id"], "ticket.updated")
    harness.idle()
    (after,) = decisions.of_ticket(ticket["id"])
    assert (after.run_id, after.state, after.archetype, after.tags) == (row.run_id, "done", "mention", row.tags)


def test_other_work_waits_until_an_update_that_may_still_arrive_would_be_refused(harness: Harness) -> None:
    """Of a process that was killed: two updates within one second leave the ticket with the stamp of the first."""
    decisions = harness.service.deps.records.decisions
    _, other = harness.triaged(PRAISE)
    (known,) = decisions.of_ticket(other["id"])
    ticket_id, began = harness.ticket(PRAISE), harness.service.deps.now()
    on_its_way = replace(known, run_id=f"late-{ticket_id}", ticket_id=ticket_id, decided_at=began.isoformat())
    decisions.save(replace(on_its_way, state="working", update_state="sending"))
    harness.deliver(ticket_id)
    wait_until(lambda: our_comments(harness, ticket_id))
    harness.idle()
    assert (harness.service.deps.now() - began).total_seconds() > 1.0
    assert our_comments(harness, ticket_id) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_spam_is_marked_even_if_that_answer_was_lost(
    harness: Harness, kind: Literal["drop_before", "drop_after"]
) -> None:
    ticket_id = harness.ticket(
        "Deposit 10 at our casino, no verification! lucky-spin.example.top", via_channel="facebook"
    )
    harness.sandbox.zendesk.faults.add(
        Fault(method="PUT", path=r"/api/v2/tickets/\d+/mark_as_spam", times=1, kind=kind)
    )
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["archetype"] == "spam"
    ticket = harness.sandbox.zendesk.ticket(ticket_id)
    assert ticket["status"] == "deleted"
    assert our_comments(harness, ticket_id) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_update_that_is_refused_for_now_is_tried_again(harness: Harness, status: int) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=status))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "done"
    assert our_comments(harness, ticket_id) == 1


def test_a_limit_is_waited_for_without_holding_other_tickets(harness: Harness) -> None:
    limited = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(
        Fault(
            method="PUT",
            path=rf"/api/v2/tickets/{limited}(\.json)?",
            times=1,
            kind="status",
            status=429,
            headers={"Retry-After": "2"},
        )
    )
    harness.deliver(limited)
    harness.decision(limited, "working")
    other, _ = harness.triaged(PRAISE)
    assert other["state"] == "done"
    assert harness.desk(f"/api/tickets/{limited}").json()["state"] == "working"
    assert harness.decision(limited)["state"] == "done"


@pytest.mark.parametrize("kind", ["drop_after", "garbage"])
def test_an_issue_whose_answer_was_lost_is_found_again_and_not_opened_twice(harness: Harness, kind: LostAnswer) -> None:
    ticket_id = harness.ticket(BUGS[kind])
    harness.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, kind=kind))
    harness.deliver(ticket_id)
    decision = harness.decision(ticket_id)
    assert decision["state"] == "done"
    assert len(decision["links"]) == 1
    assert len(issues_about(harness, BUGS[kind][8:40])) == 1


def test_a_conflict_with_a_person_is_read_again_and_keeps_what_the_person_did(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    person = harness.sandbox.zendesk.advocate_id
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=409))
    harness.sandbox.zendesk.set_tags(ticket_id, ["vip"], person)
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "done"
    assert "vip" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert our_comments(harness, ticket_id) == 1


def test_a_ticket_that_is_gone_ends_as_an_explained_decision(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.delete(ticket_id)
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=1, kind="status", status=404, body=GONE))
    harness.deliver(ticket_id)
    decision = harness.decision(ticket_id)
    assert decision["state"] == "done"
    assert "gone" in decision["summary"] or "deleted" in decision["summary"]


def test_a_closed_ticket_ends_as_an_explained_decision(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.close(ticket_id)
    harness.deliver(ticket_id)
    decision = harness.decision(ticket_id)
    assert (decision["state"], decision["archetype"]) == ("done", None)
    assert "closed" in decision["summary"]


def test_a_status_that_zendesk_refuses_costs_the_status_and_nothing_else(harness: Harness) -> None:
    """Whatever language the account has."""
    zendesk = harness.sandbox.zendesk
    zendesk.speak("pt-BR")
    zendesk.require_to_solve("Type::")
    zendesk.turn_off_hold()
    try:
        refused = {
            "This Tweet is no longer available.": ("solved", "Type:: é obrigatório ao resolver um ticket"),
            "Wir können seit gestern nicht mehr pushen, der Server antwortet nicht. Was sollen wir tun?": (
                "hold",
                "Status: em espera não está incluído na lista",
            ),
        }
        for text, (status, why) in refused.items():
            decision, ticket = harness.triaged(text)
            note = ticket["comments"][-1]["plain_body"]
            assert ticket["status"] == "new"
            assert f"archetype__{decision['archetype']}" in ticket["tags"]
            assert f"Set the status to {status} by hand. Zendesk refused it: {why}" in note
            assert f"status set to {status}" not in note
            (told,) = [one for one in decision["actions"] if one["kind"] == "status"]
            assert (told["state"], told["detail"]) == ("failed", f"Zendesk refused it: {why}")
            assert our_comments(harness, ticket["id"]) == 1
    finally:
        zendesk.allow_all_statuses()
        zendesk.speak("en")


def test_a_merged_ticket_ends_as_an_explained_decision(harness: Harness) -> None:
    source, target = harness.ticket(PRAISE), harness.ticket("@gitlab hm")
    harness.sandbox.zendesk.speak("ja")
    harness.sandbox.zendesk.merge(source, target)
    harness.sandbox.zendesk.speak("en")
    harness.deliver(source)
    assert "merged" in harness.decision(source)["summary"]


def test_a_ticket_that_is_closed_while_it_is_written_ends_as_an_explained_decision(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="delay", seconds=0.3))
    harness.deliver(ticket_id)
    wait_until(lambda: harness.state(ticket_id))
    harness.sandbox.zendesk.close(ticket_id)
    decision = harness.decision(ticket_id)
    assert decision["state"] == "done"
    assert {action["state"] for action in decision["actions"]} <= {"skipped", "done"}


def test_a_broken_token_becomes_a_failure_that_can_be_retried(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.fault_named("forbidden", method="PUT", path=TICKET)
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in harness.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("write", "forbidden")
    assert "You do not have access to this page" in failure["message"]
    assert harness.desk(f"/api/failures/{failure['id']}/retry", "POST").status_code == 202
    harness.idle()
    assert harness.decision(ticket_id)["state"] == "done"
    assert our_comments(harness, ticket_id) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_failure_of_which_nobody_knew_whether_it_was_written_is_looked_up_by_the_retry(
    harness: Harness, kind: Literal["drop_before", "drop_after"]
) -> None:
    ticket_id = harness.ticket(PRAISE)
    faults = harness.sandbox.zendesk.faults
    faults.add(Fault(method="PUT", path=TICKET, times=1, kind=kind))
    faults.add(Fault(method="GET", path=r"/api/v2/tickets/\d+/audits", times=1, kind="status", status=403))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in harness.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("recover", "forbidden")
    harness.desk(f"/api/failures/{failure['id']}/retry", "POST")
    harness.idle()
    assert harness.decision(ticket_id)["state"] == "done"
    assert "archetype__mention" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert our_comments(harness, ticket_id) == 1


def test_a_bug_of_ours_becomes_a_failure_and_can_be_retried(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket_id = harness.ticket(PRAISE)
    with monkeypatch.context() as patched:
        patched.setattr("app.work.tickets.decide.judge", lambda *_args, **_options: 1 / 0)
        harness.deliver(ticket_id)
        assert harness.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in harness.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    assert (failure["step"], failure["reason"]) == ("workflow", "bug")
    harness.desk(f"/api/failures/{failure['id']}/retry", "POST")
    harness.idle()
    assert harness.decision(ticket_id)["state"] == "done"
    assert our_comments(harness, ticket_id) == 1


def test_spam_whose_mark_was_refused_for_now_is_marked_later(harness: Harness) -> None:
    ticket_id = harness.ticket("Deposit 10 at our casino, no verification! happy.example.top", via_channel="facebook")
    mark = r"/api/v2/tickets/\d+/mark_as_spam"
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=mark, times=1, kind="status", status=429))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "done"
    assert harness.sandbox.zendesk.ticket(ticket_id)["spam"]
    assert our_comments(harness, ticket_id) == 1
    harness.deliver(ticket_id)
    harness.idle()
    assert harness.decision(ticket_id)["archetype"] == "spam", "a repeat finds it deleted, and hides nothing"


def test_spam_that_was_marked_is_done_though_a_deleted_ticket_shows_no_audits(harness: Harness) -> None:
    ticket_id = harness.ticket("Deposit 10 at our casino, no verification! joy.example.top", via_channel="facebook")
    mark = r"/api/v2/tickets/\d+/mark_as_spam"
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=mark, times=1, kind="drop_after"))
    audits = r"/api/v2/tickets/\d+/audits"
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=audits, times=1, kind="status", status=404, body=GONE))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "done"


def test_what_was_put_off_and_done_by_another_delivery_leaves_nothing_unfinished(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    zendesk = harness.sandbox.zendesk
    zendesk.faults.add(Fault(method="GET", path=TICKET, times=2, kind="status", status=503))
    harness.deliver(ticket_id)
    harness.deliver(ticket_id, "ticket.updated")
    harness.idle()
    decision = harness.decision(ticket_id)
    assert decision["state"] == "done"
    assert {row["state"] for row in decision["history"]} <= {"done"}
    assert our_comments(harness, ticket_id) == 1


def test_a_repeat_that_is_put_off_too_does_not_take_the_first_ones_second_try_for_its_own(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    harness.sandbox.zendesk.faults.add(Fault(method="GET", path=TICKET, times=2, kind="status", status=503))
    harness.deliver(ticket_id)
    wait_until(lambda: any(f":{ticket_id}:" in one.workflow_id for one in DBOS.list_workflows(status="DELAYED")))
    harness.deliver(ticket_id)
    harness.idle()
    ended = {one.workflow_id: one.status for one in DBOS.list_workflows() if f":{ticket_id}:" in one.workflow_id}
    assert set(ended.values()) == {"SUCCESS"}
    assert sorted(key.partition(f":{ticket_id}:")[2][16:] for key in ended) == ["", "+2", "~2", "~2+2"]


def test_failed_work_that_is_retried_and_put_off_again_goes_on(harness: Harness) -> None:
    ticket_id = harness.ticket(PRAISE)
    for status in (503, 403):
        harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=status))
    harness.deliver(ticket_id)
    assert harness.decision(ticket_id)["state"] == "failed"
    (failure,) = [one for one in harness.desk("/api/failures").json()["failures"] if one["ticket_id"] == ticket_id]
    harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=TICKET, times=1, kind="status", status=503))
    harness.desk(f"/api/failures/{failure['id']}/retry", "POST")
    harness.idle()
    assert harness.decision(ticket_id)["state"] == "done"
    assert our_comments(harness, ticket_id) == 1


ON_BOTH = {
    test_an_update_whose_answer_was_lost_is_looked_up_and_not_written_twice,
    test_an_update_that_was_applied_later_than_anybody_waited_is_known_for_what_it_is,
    test_other_work_waits_until_an_update_that_may_still_arrive_would_be_refused,
    test_a_limit_is_waited_for_without_holding_other_tickets,
    test_an_issue_whose_answer_was_lost_is_found_again_and_not_opened_twice,
    test_a_bug_of_ours_becomes_a_failure_and_can_be_retried,
    test_what_was_put_off_and_done_by_another_delivery_leaves_nothing_unfinished,
    test_a_repeat_that_is_put_off_too_does_not_take_the_first_ones_second_try_for_its_own,
    test_failed_work_that_is_retried_and_put_off_again_goes_on,
}
