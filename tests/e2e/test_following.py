"""From issue to ticket: what happens to an issue reaches every ticket that reported it, once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from app.records.links import Heard, Link
from app.work.bulk import bulk_job
from app.work.issues.report_counter import count_work
from app.work.messages import ReconcileIssues
from integrations.sandbox.zendesk.api_bulk import MOST as MOST_THAT_ZENDESK_TAKES
from tests.support.harness import INFRASTRUCTURE, PROJECT, Harness, wait_until
from tests.support.work import scheduled

BUG = "@gitlab since 11.4 the Web IDE eats my tabs and gives me back spaces. Makefiles are not amused, worked in 11.3"


def reported(harness: Harness, title: str = "Tabs become spaces in the Web IDE") -> tuple[int, int]:
    """A triaged ticket, and the issue that it is linked to: `(ticket id, iid)`."""
    iid = harness.sandbox.gitlab.add_issue(PROJECT, title=title)
    decision, _ = harness.triaged("Lovely release notes this month, thank you!")
    harness.sandbox.zendesk.set_status(decision["ticket_id"], "hold")
    link(harness, decision["ticket_id"], iid)
    return decision["ticket_id"], iid


def compare(harness: Harness, key: str) -> None:
    harness.service.deps.engine.accept([scheduled(ReconcileIssues, key, harness.service.deps.now())])
    harness.idle()


def link(harness: Harness, ticket_id: int, iid: int) -> None:
    save(harness, ticket_id, iid, "report")


def save(harness: Harness, ticket_id: int, iid: int, intent: str) -> None:
    project_id, url = (
        harness.sandbox.gitlab.project(PROJECT)["id"],
        harness.sandbox.gitlab.issue(PROJECT, iid)["web_url"],
    )
    link = Link(ticket_id, intent, project_id, PROJECT, iid, url, "opened", "linked", channel="twitter")
    harness.service.deps.records.links.save(link, now=harness.service.deps.now().isoformat())


def told(harness: Harness, ticket_id: int, comments: int) -> dict[str, Any]:
    """The ticket, once it has so many comments and nothing is left to do."""
    wait_until(lambda: len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) >= comments, seconds=90)
    harness.idle()
    ticket = harness.sandbox.zendesk.ticket(ticket_id)
    assert len(ticket["comments"]) == comments, ticket["comments"]
    return ticket


def news(ticket: dict[str, Any]) -> str:
    comment = ticket["comments"][-1]
    assert comment["public"] is False
    return str(comment["body"])


def test_closing_an_issue_tells_its_ticket_and_brings_it_back(harness: Harness) -> None:
    decision, _ = harness.triaged(BUG)
    ticket_id, iid = decision["ticket_id"], decision["links"][0]["iid"]
    harness.sandbox.zendesk.set_status(ticket_id, "hold")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "merge_request")
    assert harness.sandbox.gitlab.deliver(PROJECT, iid, "close", times=3) == [202, 202, 202]
    ticket = told(harness, ticket_id, 3)
    assert ticket["status"] == "open"
    assert "issue_closed" in ticket["tags"]
    assert f"{PROJECT}#{iid} was closed as done" in news(ticket)
    assert "good news" in news(ticket).lower()
    assert harness.desk(f"/api/tickets/{ticket_id}").json()["links"][0]["state"] == "closed"


def test_opened_again_goes_back_on_hold_without_the_tag(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    told(harness, ticket_id, 3)
    harness.sandbox.gitlab.reopen_issue(PROJECT, iid)
    harness.sandbox.gitlab.deliver(PROJECT, iid, "reopen")
    ticket = told(harness, ticket_id, 4)
    assert ticket["status"] == "hold"
    assert "issue_closed" not in ticket["tags"]
    assert "opened again" in news(ticket)


def test_not_planned_has_its_own_reply(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.edit_issue(PROJECT, iid, {"labels": ["closed::wontfix"]})
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    assert "not going to do" in news(told(harness, ticket_id, 3))


def test_a_duplicate_is_followed_to_the_issue_that_stays(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    other = harness.sandbox.gitlab.add_issue(PROJECT, title="Tabs in the Web IDE")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "duplicate", (PROJECT, other))
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    ticket = told(harness, ticket_id, 3)
    assert "duplicate" in news(ticket)
    assert "issue_closed" not in ticket["tags"], "nobody is told that it is done"
    (link,) = harness.desk(f"/api/tickets/{ticket_id}").json()["links"]
    assert (link["iid"], link["state"]) == (other, "opened")
    harness.sandbox.gitlab.close_issue(PROJECT, other)
    harness.sandbox.gitlab.deliver(PROJECT, other, "close")
    assert "issue_closed" in told(harness, ticket_id, 4)["tags"]


def test_a_moved_issue_is_followed_into_its_new_project(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.add_project("gitlab-org/web-ide", "public")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "moved", "gitlab-org/web-ide")
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    assert "moved" in news(told(harness, ticket_id, 3))
    (link,) = harness.desk(f"/api/tickets/{ticket_id}").json()["links"]
    assert link["project"] == "gitlab-org/web-ide"


def test_a_milestone_is_told_once(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.set_milestone(PROJECT, iid, "12.0")
    harness.sandbox.gitlab.deliver(PROJECT, iid, "update")
    assert "milestone 12.0" in news(told(harness, ticket_id, 3))
    harness.sandbox.gitlab.edit_issue(PROJECT, iid, {"title": "Another title"})
    harness.sandbox.gitlab.deliver(PROJECT, iid, "update")
    harness.idle()
    told(harness, ticket_id, 3)


def test_what_an_issue_had_before_it_was_linked_is_no_news(harness: Harness) -> None:
    """Neither the milestone of a known issue, nor that of an incident, of which the chat knows that it is public."""
    known = harness.sandbox.gitlab.add_issue(
        PROJECT,
        title="Epic sidebar flickers in Safari when a label is dragged",
        description="Since 10.5 the epic sidebar flickers in Safari when a label is dragged.",
    )
    incident = harness.sandbox.gitlab.add_issue(
        INFRASTRUCTURE, title="GitLab.com answers 502", description="Load balancers.", issue_type="incident"
    )
    for project, iid in ((PROJECT, known), (INFRASTRUCTURE, incident)):
        harness.sandbox.gitlab.set_milestone(project, iid, "12.0")
    assert harness.sandbox.gitlab.deliver(PROJECT, known, "open") == [202]
    harness.idle()
    tickets = {}
    for iid, text in (
        (known, "@gitlab since 10.5 the epic sidebar flickers in Safari when a label is dragged, it's broken"),
        (incident, "@gitlab is gitlab.com down for anybody else? getting 502 since 10 min"),
    ):
        decision, _ = harness.triaged(text)
        assert [link["iid"] for link in decision["links"]] == [iid]
        tickets[iid] = decision["ticket_id"]
    harness.service.deps.engine.accept([scheduled(ReconcileIssues, "compare-known", harness.service.deps.now())])
    harness.idle()
    for ticket_id in tickets.values():
        told(harness, ticket_id, 2)
    harness.sandbox.gitlab.set_milestone(INFRASTRUCTURE, incident, "12.1")
    harness.sandbox.gitlab.deliver(INFRASTRUCTURE, incident, "update")
    assert "milestone 12.1" in news(told(harness, tickets[incident], 3))
    (link_of,) = harness.service.deps.records.links.of_ticket(tickets[incident])
    assert link_of.notified == {"public": True, "labels": [], "milestone": "12.1"}


def test_what_a_team_member_writes_for_the_reporter_becomes_a_suggested_reply(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter A fix is in review, 12.1 will have it.")
    harness.sandbox.gitlab.deliver(PROJECT, iid, "create")
    assert "A fix is in review, 12.1 will have it." in news(told(harness, ticket_id, 3))


def test_what_is_written_for_many_reporters_goes_by_bulk_jobs(harness: Harness) -> None:
    iid = harness.sandbox.gitlab.add_issue(PROJECT, title="Avatars are gone")
    tickets = [harness.ticket(f"mine too, number {number}") for number in range(14)]
    for ticket_id in tickets:
        link(harness, ticket_id, iid)
    harness.sandbox.zendesk.calls_clear()
    harness.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter A fix is in review, 12.1 will have it.")
    assert harness.sandbox.gitlab.deliver(PROJECT, iid, "create", times=2) == [202, 202]
    for ticket_id in tickets:
        assert "A fix is in review, 12.1 will have it." in news(told(harness, ticket_id, 2))
    writes = [call.path for call in harness.sandbox.zendesk.calls if call.method == "PUT"]
    assert_in_bulk(writes)


@pytest.mark.parametrize("internal", [True, False])
def test_strangers_and_internal_notes_reach_nobody(harness: Harness, internal: bool) -> None:
    ticket_id, iid = reported(harness)
    author = harness.sandbox.gitlab.engineer_id if internal else harness.sandbox.gitlab.add_person("mallory")
    harness.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter send your password", internal, author)
    harness.sandbox.gitlab.deliver(PROJECT, iid, "create")
    harness.idle()
    told(harness, ticket_id, 2)


def assert_in_bulk(writes: list[str]) -> None:
    """All but those that were left when the outbox did not fill up any more."""
    jobs = writes.count("/api/v2/tickets/update_many")
    assert 1 <= jobs <= 4
    assert len(writes) - jobs < 10, "`limits.bulk_from`"


def _knows(harness: Harness, ticket_id: int) -> bool:
    return "issue_closed" in harness.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_more_tickets_than_a_bulk_job_takes_are_told_by_several(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bulk_job.MOST_IN_A_JOB <= MOST_THAT_ZENDESK_TAKES
    monkeypatch.setattr(bulk_job, "MOST_IN_A_JOB", 12)
    iid = harness.sandbox.gitlab.add_issue(PROJECT, title="Runners cannot pull images")
    tickets = [harness.ticket(f"me too, number {number}") for number in range(30)]
    for ticket_id in tickets:
        link(harness, ticket_id, iid)
    harness.sandbox.zendesk.close(tickets[7])
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    harness.sandbox.zendesk.calls_clear()
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    for ticket_id in (*tickets[:7], *tickets[8:]):
        wait_until(partial(_knows, harness, ticket_id), seconds=90)
    harness.idle()
    writes = [call.path for call in harness.sandbox.zendesk.calls if call.method == "PUT"]
    assert_in_bulk(writes)
    assert writes.count("/api/v2/tickets/update_many") >= 2
    assert all(len(harness.sandbox.zendesk.ticket(one)["comments"]) == 2 for one in tickets if one != tickets[7])


def test_a_paused_link_keeps_silent_and_a_removed_one_is_gone(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    for following in ("paused", "removed"):
        wanted = {"project": PROJECT, "iid": iid, "following": following}
        answer = harness.desk(f"/api/tickets/{ticket_id}/links", "PUT", json=wanted)
        assert answer.json()["links"][0]["following"] == following
        harness.sandbox.gitlab.close_issue(PROJECT, iid)
        harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
        harness.idle()
        harness.sandbox.gitlab.reopen_issue(PROJECT, iid)
    told(harness, ticket_id, 2)


def test_what_the_hook_did_not_tell_is_found_by_comparing(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    harness.service.deps.engine.accept([scheduled(ReconcileIssues, "compare-now", harness.service.deps.now())])
    assert "issue_closed" in told(harness, ticket_id, 3)["tags"]


def test_a_deleted_issue_is_told_once(harness: Harness) -> None:
    ticket_id, _ = reported(harness)
    another = (harness.sandbox.gitlab.project(PROJECT)["id"], 4711)
    heard = [Heard(ticket_id, "report", "opened", {}, became=another, project=PROJECT)]
    harness.service.deps.records.links.heard(heard, now=harness.service.deps.now().isoformat())
    for number in range(2):
        harness.service.deps.engine.accept(
            [scheduled(ReconcileIssues, f"compare-{number}", harness.service.deps.now())]
        )
        harness.idle()
    ticket = told(harness, ticket_id, 3)
    assert "deleted" in news(ticket)
    assert ticket["status"] == "open", "nothing is left to follow"


@pytest.mark.parametrize("how", ["moved", "deleted"])
def test_an_issue_that_is_hidden_from_us_brings_its_ticket_back(harness: Harness, how: str) -> None:
    ticket_id, iid = reported(harness)
    if how == "moved":
        harness.sandbox.gitlab.add_project("acme/vault", "private", False)
        harness.sandbox.gitlab.close_issue(PROJECT, iid, "moved", "acme/vault")
    else:
        harness.sandbox.gitlab.delete_issue(PROJECT, iid)
    for number in range(2):
        compare(harness, f"hidden-{how}-{number}")
    ticket = told(harness, ticket_id, 3)
    assert ticket["status"] == "open"
    assert "Nothing is followed any more" in news(ticket)


def test_a_ticket_that_follows_another_open_issue_stays_on_hold(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    other = harness.sandbox.gitlab.add_issue(PROJECT, title="Spaces become tabs")
    save(harness, ticket_id, other, f"manual:{other}")
    harness.sandbox.gitlab.delete_issue(PROJECT, iid)
    compare(harness, "hidden-other")
    assert told(harness, ticket_id, 3)["status"] == "hold"


@pytest.mark.parametrize(
    ("how", "labels", "said"),
    [
        (None, ["bug", "stale", "auto-closed"], "has been closed"),
        (None, ["resolution::cannot reproduce"], "has been closed"),
        (None, ["Closed::Wontfix"], "not going to do"),
        ("commit", ["bug"], "good news"),
    ],
)
def test_only_what_is_done_is_good_news(harness: Harness, how: Any, labels: list[str], said: str) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.edit_issue(PROJECT, iid, {"labels": labels})
    harness.sandbox.gitlab.close_issue(PROJECT, iid, how)
    harness.sandbox.gitlab.deliver(PROJECT, iid, "close")
    ticket = told(harness, ticket_id, 3)
    assert ticket["status"] == "open"
    assert said in news(ticket).lower()
    assert ("good news" in news(ticket).lower()) == (said == "good news")


def test_an_answer_of_the_team_on_a_confidential_issue_comes_without_its_address(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    harness.sandbox.gitlab.edit_issue(PROJECT, iid, {"confidential": True})
    url = harness.sandbox.gitlab.issue(PROJECT, iid)["web_url"]
    harness.sandbox.gitlab.add_note(PROJECT, iid, f"/tell-reporter Update to 12.1, see {url}.")
    harness.sandbox.gitlab.deliver(PROJECT, iid, "create")
    said = news(told(harness, ticket_id, 3))
    assert "Update to 12.1, see the issue." in said
    assert "The issue is confidential, so the answer does not name it." in said


def test_a_mark_that_an_edit_adds_is_relayed_once(harness: Harness) -> None:
    ticket_id, iid = reported(harness)
    note = harness.sandbox.gitlab.add_note(PROJECT, iid, "A fix is in review.")
    assert note
    for text in ("/tell-reporter A fix is in review.", "/tell-reporter A fix is in review, for 12.1."):
        harness.sandbox.gitlab.edit_note(PROJECT, iid, note, text)
        assert harness.sandbox.gitlab.deliver(PROJECT, iid, "update") == [202]
        harness.idle()
    assert "A fix is in review." in news(told(harness, ticket_id, 3))


def test_a_hundred_events_of_one_issue_are_few_reads(harness: Harness) -> None:
    _, iid = reported(harness)
    path = f"/api/v4/projects/{harness.sandbox.gitlab.project(PROJECT)['id']}/issues/{iid}"
    harness.sandbox.gitlab.calls_clear()
    for number in range(100):
        harness.sandbox.gitlab.edit_issue(PROJECT, iid, {"title": f"Tabs become {number} spaces"})
        assert harness.sandbox.gitlab.deliver(PROJECT, iid, "update") == [202]
    harness.idle()
    reads = [call for call in harness.sandbox.gitlab.calls if call.path == path]
    assert 1 <= len(reads) <= 20
    rows = harness.service.deps.records.tracked_issues.of(harness.sandbox.gitlab.project(PROJECT)["id"], [iid])
    assert rows[iid].title == "Tabs become 99 spaces"


def test_two_reports_are_counted_in_one_note_of_ours(harness: Harness) -> None:
    ticket_id, iid = reported(harness, "Avatars of groups are upside down")
    project_id = harness.sandbox.gitlab.project(PROJECT)["id"]
    link(harness, harness.ticket("me too"), iid)
    for number in range(2):
        harness.service.deps.engine.accept(
            [replace(count_work(f"count-{number}", project_id, iid, harness.service.deps.now()), delay=0)]
        )
        harness.idle()
    (note,) = harness.sandbox.gitlab.issue(PROJECT, iid)["notes"]
    assert "2 community reports" in note["body"]
    assert str(ticket_id) not in note["body"]
    link(harness, harness.ticket("and me"), iid)
    harness.service.deps.engine.accept(
        [replace(count_work("count-3", project_id, iid, harness.service.deps.now()), delay=0)]
    )
    harness.idle()
    (note,) = harness.sandbox.gitlab.issue(PROJECT, iid)["notes"]
    assert "3 community reports" in note["body"]
