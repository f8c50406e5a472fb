"""What a person asks for in Zendesk: by a tag, or by an issue's address in an internal note."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.zendesk.state import ADVOCATE_ID
from tests.support.harness import DESK_TOKEN, PROJECT, Harness

OURS = {"Sec-Fetch-Site": "same-origin"}
UNSURE = (
    "@gitlab since 12.2 the pipeline graph of forked projects draws its arrows the wrong way round, it worked in 12.1"
)


def left_to_a_person(harness: Harness, number: int) -> tuple[int, int]:
    """A report whose issue may be known: `(ticket id, iid of the candidate)`."""
    iid = harness.known_issue(
        title=f"Arrows of the pipeline graph number {number}",
        description=f"The pipeline graph of forked projects draws arrows, variant{number} differently.",
    )
    decision, ticket = harness.triaged(UNSURE)
    assert [one["state"] for one in decision["actions"] if one["kind"] == "issue"] == ["waiting"], decision["actions"]
    assert "link_issue_" in ticket["comments"][-1]["body"]
    return decision["ticket_id"], iid


def changed(harness: Harness, ticket_id: int) -> dict[str, Any]:
    assert harness.deliver(ticket_id, "ticket.updated", actor_id=ADVOCATE_ID) == [202]
    harness.idle()
    return harness.sandbox.zendesk.ticket(ticket_id)


def tag(harness: Harness, ticket_id: int, *tags: str) -> dict[str, Any]:
    present = harness.sandbox.zendesk.ticket(ticket_id)["tags"]
    harness.sandbox.zendesk.set_tags(ticket_id, [*present, *tags])
    return changed(harness, ticket_id)


def links(harness: Harness, ticket_id: int) -> list[tuple[int, str]]:
    found = harness.desk(f"/api/tickets/{ticket_id}").json()["links"]
    return [(link["iid"], link["following"]) for link in found]


def test_a_tag_links_the_candidate_that_a_person_chose(harness: Harness) -> None:
    ticket_id, iid = left_to_a_person(harness, 1)
    ticket = tag(harness, ticket_id, f"link_issue_{iid}")
    assert links(harness, ticket_id) == [(iid, "active")]
    assert "issue_linked" in ticket["tags"]
    assert f"link_issue_{iid}" not in ticket["tags"]
    assert len(harness.sandbox.gitlab.issue(PROJECT, iid)["notes"]) == 1


def test_an_issue_that_does_not_exist_is_said_and_nothing_breaks(harness: Harness) -> None:
    ticket_id, _ = left_to_a_person(harness, 3)
    ticket = tag(harness, ticket_id, "link_issue_999999")
    assert "there is no issue" in ticket["comments"][-1]["body"]
    assert links(harness, ticket_id) == []


def test_an_address_in_an_internal_note_links_the_issue(harness: Harness) -> None:
    iid = harness.known_issue(title="Emoji picker opens behind the editor")
    ticket_id = harness.triaged("Lovely release notes this month, thank you!")[0]["ticket_id"]
    for form, seen in (("issues", 1), ("work_items", 1)):
        url = f"{harness.sandbox.gitlab.url}/{PROJECT}/-/{form}/{iid}"
        harness.sandbox.zendesk.add_comment(ticket_id, f"that's {url} I think", ADVOCATE_ID, public=False)
        changed(harness, ticket_id)
        assert links(harness, ticket_id) == [(iid, "active")] * seen


def test_an_address_that_the_requester_writes_links_nothing(harness: Harness) -> None:
    iid = harness.known_issue(title="Snippets lose their title")
    ticket_id = harness.triaged("Lovely release notes this month, thank you!")[0]["ticket_id"]
    harness.sandbox.zendesk.add_comment(ticket_id, f"{harness.sandbox.gitlab.url}/{PROJECT}/-/issues/{iid}")
    changed(harness, ticket_id)
    assert links(harness, ticket_id) == []


def test_a_link_is_paused_resumed_and_removed_by_tags_and_not_made_again(harness: Harness) -> None:
    ticket_id, iid = left_to_a_person(harness, 4)
    tag(harness, ticket_id, f"link_issue_{iid}")
    assert links(harness, ticket_id) == [(iid, "active")]
    tag(harness, ticket_id, "pause_issue")
    assert links(harness, ticket_id) == [(iid, "paused")]
    tag(harness, ticket_id, "resume_issue")
    assert links(harness, ticket_id) == [(iid, "active")]
    ticket = tag(harness, ticket_id, f"unlink_issue_{iid}")
    assert links(harness, ticket_id) == [(iid, "removed")]
    assert "issue_linked" not in ticket["tags"]


def test_a_tag_opens_a_new_issue_all_the_same(harness: Harness) -> None:
    ticket_id, iid = left_to_a_person(harness, 2)
    ticket = tag(harness, ticket_id, "open_issue")
    ((opened, _),) = links(harness, ticket_id)
    assert opened != iid
    assert "open_issue" not in ticket["tags"]
    comments = len(ticket["comments"])
    again = changed(harness, ticket_id)
    assert len(again["comments"]) == comments, "done once"


def test_a_tag_opens_no_public_issue_of_a_vulnerability(harness: Harness) -> None:
    decision, ticket = harness.triaged("@gitlab I found an XSS in your wiki5, an attacker can run scripts in it")
    assert decision["archetype"] == "security_report"
    told = tag(harness, ticket["id"], "open_issue")["comments"][-1]["body"]
    assert "It must be confidential." in told
    assert not [one for one in harness.sandbox.gitlab.issues(PROJECT) if "wiki5" in one["description"]]
    kept = [one for one in harness.sandbox.zendesk.ticket(ticket["id"])["tags"] if not one.startswith("archetype__")]
    harness.sandbox.zendesk.set_tags(ticket["id"], [*kept, "archetype__bug_report", "open_issue"])
    changed(harness, ticket["id"])
    opened = [one for one in harness.sandbox.gitlab.issues(PROJECT) if "wiki5" in one["description"]]
    assert [one["confidential"] for one in opened] == [True]


def test_an_issue_is_linked_at_the_desk_and_again_after_it_was_removed(harness: Harness) -> None:
    iid = harness.known_issue(title="Labels vanish when they are dragged")
    ticket_id = harness.triaged("Lovely release notes this month, thank you!")[0]["ticket_id"]
    entered = harness.web.post("/login", data={"token": DESK_TOKEN, "name": "Ada"}, headers=OURS)
    headers = {**OURS, "Cookie": entered.headers["set-cookie"].split(";")[0]}
    page = f"/desk/tickets/{ticket_id}"
    for _ in range(2):
        linked = harness.web.post(f"{page}/links/new", data={"issue": f"{PROJECT}#{iid}"}, headers=headers)
        assert linked.headers["location"] == page
        harness.idle()
        assert links(harness, ticket_id) == [(iid, "active")]
        assert "Ada linked" in harness.sandbox.zendesk.ticket(ticket_id)["comments"][-1]["body"]
        form = {"project": PROJECT, "iid": iid, "following": "removed"}
        assert harness.web.post(f"{page}/links", data=form, headers=headers).status_code == 303
    assert links(harness, ticket_id) == [(iid, "removed")]
