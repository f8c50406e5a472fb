"""From issue to ticket: what happens to an issue reaches every ticket that reported it, once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from app.work.issues.report_counter import count_work
from app.work.reconcile.issues import compare_issues_work
from tests.support.service import INFRASTRUCTURE, PROJECT, House, wait_until

BUG = "@gitlab since 11.4 the Web IDE eats my tabs and gives me back spaces. Makefiles are not amused, worked in 11.3"


def reported(house: House, title: str = "Tabs become spaces in the Web IDE") -> tuple[int, int]:
    """A triaged ticket, and the issue that it is linked to: `(ticket id, iid)`."""
    iid = house.sandbox.gitlab.add_issue(PROJECT, title=title)
    decision, _ = house.triaged("Lovely release notes this month, thank you!")
    house.sandbox.zendesk.set_status(decision["ticket_id"], "hold")
    link(house, decision["ticket_id"], iid)
    return decision["ticket_id"], iid


def link(house: House, ticket_id: int, iid: int) -> None:
    house.service.records.links.settle(
        ticket_id,
        "report",
        project_id=house.sandbox.gitlab.project(PROJECT)["id"],
        project=PROJECT,
        iid=iid,
        url=house.sandbox.gitlab.issue(PROJECT, iid)["web_url"],
        state="opened",
        how="linked",
        channel="twitter",
        now=house.service.now().isoformat(),
    )


def told(house: House, ticket_id: int, comments: int) -> dict[str, Any]:
    """The ticket, once it has so many comments and nothing is left to do."""
    wait_until(lambda: len(house.sandbox.zendesk.ticket(ticket_id)["comments"]) >= comments)
    house.idle()
    ticket = house.sandbox.zendesk.ticket(ticket_id)
    assert len(ticket["comments"]) == comments, ticket["comments"]
    return ticket


def news(ticket: dict[str, Any]) -> str:
    comment = ticket["comments"][-1]
    assert comment["public"] is False
    return str(comment["body"])


def test_closing_an_issue_tells_its_ticket_and_brings_it_back(house: House) -> None:
    decision, _ = house.triaged(BUG)
    ticket_id, iid = decision["ticket_id"], decision["links"][0]["iid"]
    house.sandbox.zendesk.set_status(ticket_id, "hold")
    house.sandbox.gitlab.close_issue(PROJECT, iid)
    assert house.sandbox.gitlab.deliver(PROJECT, iid, "close", times=3) == [202, 202, 202]
    ticket = told(house, ticket_id, 3)
    assert ticket["status"] == "open"
    assert "issue_closed" in ticket["tags"]
    assert f"{PROJECT}#{iid} was closed as done" in news(ticket)
    assert "good news" in news(ticket).lower()
    assert house.desk(f"/api/tickets/{ticket_id}").json()["links"][0]["state"] == "closed"


def test_opened_again_goes_back_on_hold_without_the_tag(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.close_issue(PROJECT, iid)
    house.sandbox.gitlab.deliver(PROJECT, iid, "close")
    told(house, ticket_id, 3)
    house.sandbox.gitlab.reopen_issue(PROJECT, iid)
    house.sandbox.gitlab.deliver(PROJECT, iid, "reopen")
    ticket = told(house, ticket_id, 4)
    assert ticket["status"] == "hold"
    assert "issue_closed" not in ticket["tags"]
    assert "opened again" in news(ticket)


def test_not_planned_has_its_own_reply(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.edit_issue(PROJECT, iid, {"labels": ["closed::wontfix"]})
    house.sandbox.gitlab.close_issue(PROJECT, iid)
    house.sandbox.gitlab.deliver(PROJECT, iid, "close")
    assert "not going to do" in news(told(house, ticket_id, 3))


def test_a_duplicate_is_followed_to_the_issue_that_stays(house: House) -> None:
    ticket_id, iid = reported(house)
    other = house.sandbox.gitlab.add_issue(PROJECT, title="Tabs in the Web IDE")
    house.sandbox.gitlab.close_issue(PROJECT, iid, "duplicate", (PROJECT, other))
    house.sandbox.gitlab.deliver(PROJECT, iid, "close")
    ticket = told(house, ticket_id, 3)
    assert "duplicate" in news(ticket)
    assert "issue_closed" not in ticket["tags"], "nobody is told that it is done"
    (link,) = house.desk(f"/api/tickets/{ticket_id}").json()["links"]
    assert (link["iid"], link["state"]) == (other, "opened")
    house.sandbox.gitlab.close_issue(PROJECT, other)
    house.sandbox.gitlab.deliver(PROJECT, other, "close")
    assert "issue_closed" in told(house, ticket_id, 4)["tags"]


def test_a_moved_issue_is_followed_into_its_new_project(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.add_project("gitlab-org/web-ide", "public")
    house.sandbox.gitlab.close_issue(PROJECT, iid, "moved", "gitlab-org/web-ide")
    house.sandbox.gitlab.deliver(PROJECT, iid, "close")
    assert "moved" in news(told(house, ticket_id, 3))
    (link,) = house.desk(f"/api/tickets/{ticket_id}").json()["links"]
    assert link["project"] == "gitlab-org/web-ide"


def test_a_milestone_is_told_once(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.set_milestone(PROJECT, iid, "12.0")
    house.sandbox.gitlab.deliver(PROJECT, iid, "update")
    assert "milestone 12.0" in news(told(house, ticket_id, 3))
    house.sandbox.gitlab.edit_issue(PROJECT, iid, {"title": "Another title"})
    house.sandbox.gitlab.deliver(PROJECT, iid, "update")
    house.idle()
    told(house, ticket_id, 3)


def test_what_an_issue_had_before_it_was_linked_is_no_news(house: House) -> None:
    """Neither the milestone of a known issue, nor that of an incident, of which the chat knows that it is public."""
    known = house.sandbox.gitlab.add_issue(
        PROJECT,
        title="Epic sidebar flickers in Safari when a label is dragged",
        description="Since 10.5 the epic sidebar flickers in Safari when a label is dragged.",
    )
    incident = house.sandbox.gitlab.add_issue(
        INFRASTRUCTURE, title="GitLab.com answers 502", description="Load balancers.", issue_type="incident"
    )
    for project, iid in ((PROJECT, known), (INFRASTRUCTURE, incident)):
        house.sandbox.gitlab.set_milestone(project, iid, "12.0")
    assert house.sandbox.gitlab.deliver(PROJECT, known, "open") == [202]
    house.idle()
    tickets = {}
    for iid, text in (
        (known, "@gitlab since 10.5 the epic sidebar flickers in Safari when a label is dragged, it's broken"),
        (incident, "@gitlab is gitlab.com down for anybody else? getting 502 since 10 min"),
    ):
        decision, _ = house.triaged(text)
        assert [link["iid"] for link in decision["links"]] == [iid]
        tickets[iid] = decision["ticket_id"]
    house.service.engine.accept([compare_issues_work("compare-known", house.service.now())])
    house.idle()
    for ticket_id in tickets.values():
        told(house, ticket_id, 2)
    house.sandbox.gitlab.set_milestone(INFRASTRUCTURE, incident, "12.1")
    house.sandbox.gitlab.deliver(INFRASTRUCTURE, incident, "update")
    assert "milestone 12.1" in news(told(house, tickets[incident], 3))
    (link_of,) = house.service.records.links.of_ticket(tickets[incident])
    assert link_of.told == {"public": True, "labels": [], "milestone": "12.1"}


def test_what_a_team_member_writes_for_the_reporter_becomes_a_suggested_reply(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter A fix is in review, 12.1 will have it.")
    house.sandbox.gitlab.deliver(PROJECT, iid, "create")
    assert "A fix is in review, 12.1 will have it." in news(told(house, ticket_id, 3))


def test_what_is_written_for_hundreds_of_reporters_goes_by_bulk_jobs(house: House) -> None:
    iid = house.sandbox.gitlab.add_issue(PROJECT, title="Avatars are gone")
    tickets = [house.ticket(f"mine too, number {number}") for number in range(30)]
    for ticket_id in tickets:
        link(house, ticket_id, iid)
    house.sandbox.zendesk.calls_clear()
    house.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter A fix is in review, 12.1 will have it.")
    assert house.sandbox.gitlab.deliver(PROJECT, iid, "create", times=2) == [202, 202]
    for ticket_id in tickets:
        assert "A fix is in review, 12.1 will have it." in news(told(house, ticket_id, 2))
    writes = [call.path for call in house.sandbox.zendesk.calls if call.method == "PUT"]
    assert writes == ["/api/v2/tickets/update_many"]


@pytest.mark.parametrize("internal", [True, False])
def test_strangers_and_internal_notes_reach_nobody(house: House, internal: bool) -> None:
    ticket_id, iid = reported(house)
    author = house.sandbox.gitlab.engineer_id if internal else house.sandbox.gitlab.add_person("mallory")
    house.sandbox.gitlab.add_note(PROJECT, iid, "/tell-reporter send your password", internal, author)
    house.sandbox.gitlab.deliver(PROJECT, iid, "create")
    house.idle()
    told(house, ticket_id, 2)


def _knows(house: House, ticket_id: int) -> bool:
    return "issue_closed" in house.sandbox.zendesk.ticket(ticket_id)["tags"]


def test_hundreds_of_tickets_are_told_by_bulk_jobs(house: House) -> None:
    iid = house.sandbox.gitlab.add_issue(PROJECT, title="Runners cannot pull images")
    tickets = [house.ticket(f"me too, number {number}") for number in range(120)]
    for ticket_id in tickets:
        link(house, ticket_id, iid)
    house.sandbox.zendesk.close(tickets[7])
    house.sandbox.gitlab.close_issue(PROJECT, iid)
    house.sandbox.zendesk.calls_clear()
    house.sandbox.gitlab.deliver(PROJECT, iid, "close")
    for ticket_id in (*tickets[:7], *tickets[8:]):
        wait_until(partial(_knows, house, ticket_id), seconds=60)
    house.idle()
    writes = [call for call in house.sandbox.zendesk.calls if call.method == "PUT"]
    assert len(writes) <= 3
    assert all(len(house.sandbox.zendesk.ticket(one)["comments"]) == 2 for one in tickets if one != tickets[7])


def test_a_paused_link_keeps_silent_and_a_removed_one_is_gone(house: House) -> None:
    ticket_id, iid = reported(house)
    for following in ("paused", "removed"):
        wanted = {"project": PROJECT, "iid": iid, "following": following}
        answer = house.desk(f"/api/tickets/{ticket_id}/links", "PUT", json=wanted)
        assert answer.json()["links"][0]["following"] == following
        house.sandbox.gitlab.close_issue(PROJECT, iid)
        house.sandbox.gitlab.deliver(PROJECT, iid, "close")
        house.idle()
        house.sandbox.gitlab.reopen_issue(PROJECT, iid)
    told(house, ticket_id, 2)


def test_what_the_hook_did_not_tell_is_found_by_comparing(house: House) -> None:
    ticket_id, iid = reported(house)
    house.sandbox.gitlab.close_issue(PROJECT, iid)
    house.service.engine.accept([compare_issues_work("compare-now", house.service.now())])
    assert "issue_closed" in told(house, ticket_id, 3)["tags"]


def test_a_deleted_issue_is_told_once(house: House) -> None:
    ticket_id, _ = reported(house)
    house.service.records.links.relink(
        house.service.records.links.of_ticket(ticket_id)[0],
        (house.sandbox.gitlab.project(PROJECT)["id"], 4711),
        project=PROJECT,
        url="",
        now=house.service.now().isoformat(),
    )
    for number in range(2):
        house.service.engine.accept([compare_issues_work(f"compare-{number}", house.service.now())])
        house.idle()
    assert "deleted" in news(told(house, ticket_id, 3))


def test_two_reports_are_counted_in_one_note_of_ours(house: House) -> None:
    ticket_id, iid = reported(house, "Avatars of groups are upside down")
    project_id = house.sandbox.gitlab.project(PROJECT)["id"]
    link(house, house.ticket("me too"), iid)
    for number in range(2):
        house.service.engine.accept(
            [replace(count_work(f"count-{number}", project_id, iid, house.service.now()), delay=0)]
        )
        house.idle()
    (note,) = house.sandbox.gitlab.issue(PROJECT, iid)["notes"]
    assert "2 community reports" in note["body"]
    assert str(ticket_id) not in note["body"]
    link(house, house.ticket("and me"), iid)
    house.service.engine.accept([replace(count_work("count-3", project_id, iid, house.service.now()), delay=0)])
    house.idle()
    (note,) = house.sandbox.gitlab.issue(PROJECT, iid)["notes"]
    assert "3 community reports" in note["body"]
