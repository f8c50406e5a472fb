"""A GitLab that is down delays links, not tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations.sandbox import Fault
from integrations.zendesk.client import RUN_KEY, NewComment, TicketUpdate
from tests.support.harness import PROJECT, running_harness, wait_until
from tests.support.paths import ROOT

BUG = "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3"
# No other: at its start the service asks GitLab who it is, and a fault would be used up by that.
ISSUES = r"/api/v4/projects/[^/]+/issues"
SOON = {"Retry-After": "1"}


def impatient(folder: Path) -> str:
    """Rules after which tags do not wait for GitLab."""
    text = (ROOT / "routing.yaml").read_text()
    assert "issue_wait: 20" in text
    changed = folder / "routing.yaml"
    changed.write_text(text.replace("issue_wait: 20", "issue_wait: 0"))
    return str(changed)


def test_tags_do_not_wait_past_their_patience_and_the_link_follows_in_a_second_write(tmp_path: Path) -> None:
    with running_harness(tmp_path, ROUTING_FILE=impatient(tmp_path)) as harness:
        harness.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=2, status=429, headers=SOON))
        ticket_id = harness.ticket(BUG)
        harness.deliver(ticket_id)
        waiting = harness.decision(ticket_id, "waiting")
        ticket = harness.sandbox.zendesk.ticket(ticket_id)
        assert "archetype__bug_report" in ticket["tags"]
        assert "issue_linked" not in ticket["tags"]
        assert {"issue", "reply"} == {one["kind"] for one in waiting["actions"] if one["state"] == "waiting"}

        wait_until(lambda: "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"])
        harness.idle()
        ticket = harness.sandbox.zendesk.ticket(ticket_id)
        decision = harness.decision(ticket_id)
        assert [one["state"] for one in decision["history"]] == ["done"]
        assert len(ticket["comments"]) == 3, "the person's, the first note, the link"
        assert decision["links"][0]["url"] in ticket["comments"][2]["html_body"]
        assert len(harness.sandbox.gitlab.issues(PROJECT)) == 1


@pytest.mark.parametrize("found_by_a_repeat", [False, True])
def test_the_link_follows_an_update_too_that_was_applied_though_zendesk_said_it_was_not(
    tmp_path: Path, found_by_a_repeat: bool
) -> None:
    """As one of a killed process that arrives late: the next try finds it there, and must know what follows from it."""
    with running_harness(tmp_path, ROUTING_FILE=impatient(tmp_path)) as harness:
        harness.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, status=429, headers=SOON))
        wait = {"Retry-After": "2"}
        applied = Fault(method="PUT", path=".*", times=1, kind="status_after", status=429, headers=wait)
        harness.sandbox.zendesk.faults.add(applied)
        ticket_id = harness.ticket(BUG)
        harness.deliver(ticket_id)
        if found_by_a_repeat:
            harness.decision(ticket_id, "working")
            harness.deliver(ticket_id, "ticket.updated")
            harness.decision(ticket_id)
        wait_until(lambda: "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"])
        harness.idle()
        decision = harness.decision(ticket_id)
        assert [one["state"] for one in decision["history"]] == ["done"]
        assert len(decision["links"]) == len(harness.sandbox.gitlab.issues(PROJECT)) == 1
        assert len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) == 3, "the person's, the first note, the link"


def test_the_link_follows_an_update_too_that_arrived_while_the_next_one_was_made(tmp_path: Path) -> None:
    """The next one names the issue, and is refused: the ticket has the one that says that the link follows."""
    with running_harness(tmp_path, ROUTING_FILE=impatient(tmp_path)) as harness:
        zendesk, gitlab = harness.sandbox.zendesk, harness.sandbox.gitlab
        gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, status=429, headers=SOON))
        gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, kind="delay", seconds=1.5))
        zendesk.faults.add(Fault(method="PUT", path=".*", times=1, kind="drop_before"))
        ticket_id = harness.ticket(BUG)
        harness.deliver(ticket_id)
        wait_until(lambda: gitlab.issues(PROJECT))
        (row,) = harness.service.deps.records.decisions.of_ticket(ticket_id)
        late = TicketUpdate(
            updated_stamp=zendesk.ticket(ticket_id)["updated_at"],
            tags=row.tags,
            comment=NewComment("GitLab does not answer; the link to the issue follows."),
            metadata={RUN_KEY: row.run_id},
        )
        harness.service.deps.clients.zendesk.update_ticket(ticket_id, late)
        wait_until(lambda: "issue_linked" in zendesk.ticket(ticket_id)["tags"])
        harness.idle()
        decision = harness.decision(ticket_id)
        assert {one["state"] for one in decision["history"]} == {"done"}
        assert len(decision["links"]) == len(gitlab.issues(PROJECT)) == 1
        assert len(zendesk.ticket(ticket_id)["comments"]) == 3, "the person's, the first note, the link"


def test_within_its_patience_everything_is_one_write(tmp_path: Path) -> None:
    with running_harness(tmp_path) as harness:
        harness.sandbox.gitlab.faults.add(Fault(method="POST", path=ISSUES, times=1, status=429, headers=SOON))
        decision, ticket = harness.triaged(BUG)
        assert decision["state"] == "done"
        assert len(ticket["comments"]) == 2
        assert "issue_linked" in ticket["tags"]


def test_a_note_whose_answer_was_lost_is_not_repeated_while_it_may_still_come(tmp_path: Path) -> None:
    text = (ROOT / "routing.yaml").read_text()
    routing = tmp_path / "routing.yaml"
    routing.write_text(text.replace("issue_wait: 20", "issue_wait: 20\n  issue_settle: 3"))
    with running_harness(tmp_path, ROUTING_FILE=str(routing)) as harness:
        gitlab = harness.sandbox.gitlab
        about = "wiki sidebar vanishes in Safari when a heading is edited"
        iid = harness.known_issue(title=about.capitalize(), description=f"Since 10.5 the {about}.")
        notes = rf"/api/v4/projects/[^/]+/issues/{iid}/notes"
        gitlab.faults.add(Fault(method="POST", path=notes, times=1, kind="drop_before"))
        decision, _ = harness.triaged(f"@gitlab since 10.5 the {about}, it's broken")
        assert [link["iid"] for link in decision["links"]] == [iid]
        first, second = [call for call in gitlab.calls if call.method == "POST" and call.path.endswith("/notes")]
        assert second.began - first.began >= 3
        assert len(gitlab.issue(PROJECT, iid)["notes"]) == 1


def test_a_link_follows_also_when_the_answer_to_the_first_write_was_lost(tmp_path: Path) -> None:
    impatient = tmp_path / "routing.yaml"
    impatient.write_text((ROOT / "routing.yaml").read_text().replace("issue_wait: 20", "issue_wait: 0"))
    with running_harness(tmp_path, ROUTING_FILE=str(impatient)) as harness:
        limited = Fault(method="POST", path=".*/issues", times=2, status=429, headers={"Retry-After": "1"})
        harness.sandbox.gitlab.faults.add(limited)
        harness.sandbox.zendesk.faults.add(Fault(method="PUT", path=".*", times=1, kind="drop_after"))
        ticket_id = harness.ticket(BUG)
        harness.deliver(ticket_id)
        wait_until(lambda: "issue_linked" in harness.sandbox.zendesk.ticket(ticket_id)["tags"])
        harness.idle()
        decision = harness.decision(ticket_id)
        assert [decision["state"], *(one["state"] for one in decision["history"])] == ["done", "done"]
        assert len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) == 3, "the person's, the first note, the link"
        assert len(harness.sandbox.gitlab.issues(PROJECT)) == 1
