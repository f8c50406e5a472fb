"""An issue that a report is like may be gone, replaced or closed by the time it is linked."""

from __future__ import annotations

from typing import Any

import pytest

from app.service import Degraded
from tests.e2e.test_following import news, told
from tests.support.harness import PROJECT, Harness

ELSEWHERE = "acme-internal/security-fixes"
REPORT = "@gitlab Bug: the {} crashes with error 500 when I click Save. TypeError: undefined is not a function in {}.js"


def known(harness: Harness, thing: str, **issue: Any) -> int:
    text = REPORT.format(thing, thing.replace(" ", "_")).removeprefix("@gitlab ")
    return harness.known_issue(title=f"The {thing} crashes with error 500 on Save", description=text, **issue)


def reported(harness: Harness, thing: str) -> tuple[list[int], str, dict[str, Any]]:
    """The iids that a report of it is linked to, its internal note, and the decision."""
    decision, ticket = harness.triaged(REPORT.format(thing, thing.replace(" ", "_")))
    return [link["iid"] for link in decision["links"]], ticket["comments"][-1]["body"], decision


def synced(harness: Harness, iid: int, action: str) -> None:
    harness.sandbox.gitlab.deliver(PROJECT, iid, action)
    harness.idle()


def test_a_deleted_issue_is_forgotten_and_another_one_opened(harness: Harness) -> None:
    iid = known(harness, "merge widget")
    harness.sandbox.gitlab.delete_issue(PROJECT, iid)
    (first,), _, decision = reported(harness, "merge widget")
    assert first != iid
    assert decision["state"] == "done"
    (second,), _, _ = reported(harness, "merge widget")
    assert second == first


@pytest.mark.parametrize(("thing", "knows"), [("wiki editor", True), ("tag picker", False)])
def test_a_duplicate_leads_to_the_issue_that_stays(harness: Harness, thing: str, knows: bool) -> None:
    """Whether our copy of the tracker has the closing already or not."""
    iid = known(harness, thing)
    stays = harness.sandbox.gitlab.add_issue(PROJECT, title="Saving is broken")
    harness.sandbox.gitlab.close_issue(PROJECT, iid, "duplicate", (PROJECT, stays))
    if knows:
        synced(harness, iid, "close")
    links, _, decision = reported(harness, thing)
    assert links == [stays]
    assert decision["links"][0]["state"] == "opened"
    harness.sandbox.gitlab.close_issue(PROJECT, stays, "merge_request")
    harness.sandbox.gitlab.deliver(PROJECT, stays, "close")
    assert "closed as done" in news(told(harness, decision["ticket_id"], 3))


def test_a_moved_issue_leads_into_its_new_project(harness: Harness) -> None:
    iid = known(harness, "label board")
    harness.sandbox.gitlab.add_project("gitlab-org/boards", "public")
    moved = harness.sandbox.gitlab.close_issue(PROJECT, iid, "moved", "gitlab-org/boards")
    assert moved
    links, note, decision = reported(harness, "label board")
    assert (links, decision["links"][0]["project"]) == ([moved], "gitlab-org/boards")
    assert harness.sandbox.gitlab.issue("gitlab-org/boards", moved)["notes"], "one more report"
    assert "We track it here" in note


def test_an_issue_in_a_private_project_is_named_to_nobody(harness: Harness) -> None:
    iid = known(harness, "secret scanner")
    harness.sandbox.gitlab.add_project(ELSEWHERE, "private")
    moved = harness.sandbox.gitlab.close_issue(PROJECT, iid, "moved", ELSEWHERE)
    assert moved
    links, note, decision = reported(harness, "secret scanner")
    assert links == [moved]
    assert "We track it here" not in note
    harness.sandbox.gitlab.close_issue(ELSEWHERE, moved, "merge_request")
    harness.sandbox.gitlab.deliver(ELSEWHERE, moved, "close")
    said = news(told(harness, decision["ticket_id"], 3))
    answer = said.split("Answer for", 1)[1].split("Issue:", 1)[0]
    assert ELSEWHERE not in answer
    assert "the answer does not name it" in said


@pytest.mark.parametrize(
    ("visibility", "for_members", "text"),
    [
        ("private", False, "since 11.4 the Web IDE eats my tabs and gives me back spaces, Makefiles are not amused"),
        ("internal", False, "bug: the pipeline graph draws every arrow backwards since 12.0, screenshots attached"),
        ("public", True, "bug: runner registration ignores the locale and prints umlauts as question marks in 13.2"),
    ],
)
def test_a_tracker_that_is_made_private_is_named_to_nobody(
    harness: Harness, visibility: Any, for_members: bool, text: str
) -> None:
    try:
        harness.sandbox.gitlab.set_visibility(PROJECT, visibility, for_members)
        decision, ticket = harness.triaged(f"@gitlab {text}")
    finally:
        harness.sandbox.gitlab.set_visibility(PROJECT, "public")
    note = ticket["comments"][-1]["body"]
    assert len(decision["links"]) == 1
    assert "We track it here" not in note
    assert "the answer does not name it" in note


@pytest.mark.parametrize("how", ["merge_request", None])
def test_what_was_closed_and_is_reported_again_is_for_a_person(harness: Harness, how: Any) -> None:
    thing = f"{how or 'silent'} importer"
    iid = known(harness, thing)
    harness.sandbox.gitlab.close_issue(PROJECT, iid, how)
    links, note, _ = reported(harness, thing)
    assert links == []
    assert f"link_issue_{iid}" in note
    assert ("closed as done on" if how else "closed on") in note
    assert "We track it here" not in note
    assert "One of them was closed" in note


def test_what_is_not_planned_gets_that_answer(harness: Harness) -> None:
    iid = known(harness, "dark theme", labels=["Closed::Wontfix"])
    harness.sandbox.gitlab.close_issue(PROJECT, iid)
    links, note, _ = reported(harness, "dark theme")
    assert links == [iid]
    assert "not going to do this" in note
    assert "steps would help" not in note


def test_readiness_says_that_replies_can_name_no_issue(harness: Harness) -> None:
    health = harness.service.check_trackers
    assert "strangers may read" in health()
    try:
        harness.sandbox.gitlab.set_visibility(PROJECT, "private")
        with pytest.raises(Degraded, match="product"):
            health()
    finally:
        harness.sandbox.gitlab.set_visibility(PROJECT, "public")
