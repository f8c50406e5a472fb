"""What a person asks for in Zendesk: by a tag, or by an issue's address in an internal note."""

from __future__ import annotations

from typing import Any

from integrations.sandbox.zendesk.state import ADVOCATE_ID
from tests.support.service import PROJECT, House

UNSURE = (
    "@gitlab since 12.2 the pipeline graph of forked projects draws its arrows the wrong way round, it worked in 12.1"
)


def left_to_a_person(house: House, number: int) -> tuple[int, int]:
    """A report whose issue may be known: `(ticket id, iid of the candidate)`."""
    iid = house.known_issue(
        title=f"Arrows of the pipeline graph number {number}",
        description=f"The pipeline graph of forked projects draws arrows, variant{number} differently.",
    )
    decision, ticket = house.triaged(UNSURE)
    assert [one["state"] for one in decision["actions"] if one["kind"] == "issue"] == ["waiting"], decision["actions"]
    assert "link_issue_" in ticket["comments"][-1]["body"]
    return decision["ticket_id"], iid


def changed(house: House, ticket_id: int) -> dict[str, Any]:
    assert house.deliver(ticket_id, "ticket.updated", actor_id=ADVOCATE_ID) == [202]
    house.idle()
    return house.sandbox.zendesk.ticket(ticket_id)


def tag(house: House, ticket_id: int, *tags: str) -> dict[str, Any]:
    present = house.sandbox.zendesk.ticket(ticket_id)["tags"]
    house.sandbox.zendesk.set_tags(ticket_id, [*present, *tags])
    return changed(house, ticket_id)


def links(house: House, ticket_id: int) -> list[tuple[int, str]]:
    found = house.desk(f"/api/tickets/{ticket_id}").json()["links"]
    return [(link["iid"], link["following"]) for link in found]


def test_a_tag_links_the_candidate_that_a_person_chose(house: House) -> None:
    ticket_id, iid = left_to_a_person(house, 1)
    ticket = tag(house, ticket_id, f"link_issue_{iid}")
    assert links(house, ticket_id) == [(iid, "active")]
    assert "issue_linked" in ticket["tags"]
    assert f"link_issue_{iid}" not in ticket["tags"]
    assert len(house.sandbox.gitlab.issue(PROJECT, iid)["notes"]) == 1


def test_an_issue_that_does_not_exist_is_said_and_nothing_breaks(house: House) -> None:
    ticket_id, _ = left_to_a_person(house, 3)
    ticket = tag(house, ticket_id, "link_issue_999999")
    assert "there is no issue" in ticket["comments"][-1]["body"]
    assert links(house, ticket_id) == []


def test_an_address_in_an_internal_note_links_the_issue(house: House) -> None:
    iid = house.known_issue(title="Emoji picker opens behind the editor")
    ticket_id = house.triaged("Lovely release notes this month, thank you!")[0]["ticket_id"]
    for form, seen in (("issues", 1), ("work_items", 1)):
        url = f"{house.sandbox.gitlab.url}/{PROJECT}/-/{form}/{iid}"
        house.sandbox.zendesk.add_comment(ticket_id, f"that's {url} I think", ADVOCATE_ID, public=False)
        changed(house, ticket_id)
        assert links(house, ticket_id) == [(iid, "active")] * seen


def test_an_address_that_the_requester_writes_links_nothing(house: House) -> None:
    iid = house.known_issue(title="Snippets lose their title")
    ticket_id = house.triaged("Lovely release notes this month, thank you!")[0]["ticket_id"]
    house.sandbox.zendesk.add_comment(ticket_id, f"{house.sandbox.gitlab.url}/{PROJECT}/-/issues/{iid}")
    changed(house, ticket_id)
    assert links(house, ticket_id) == []


def test_a_link_is_paused_resumed_and_removed_by_tags_and_not_made_again(house: House) -> None:
    ticket_id, iid = left_to_a_person(house, 4)
    tag(house, ticket_id, f"link_issue_{iid}")
    assert links(house, ticket_id) == [(iid, "active")]
    tag(house, ticket_id, "pause_issue")
    assert links(house, ticket_id) == [(iid, "paused")]
    tag(house, ticket_id, "resume_issue")
    assert links(house, ticket_id) == [(iid, "active")]
    ticket = tag(house, ticket_id, f"unlink_issue_{iid}")
    assert links(house, ticket_id) == [(iid, "removed")]
    assert "issue_linked" not in ticket["tags"]


def test_a_tag_opens_a_new_issue_all_the_same(house: House) -> None:
    ticket_id, iid = left_to_a_person(house, 2)
    ticket = tag(house, ticket_id, "open_issue")
    ((opened, _),) = links(house, ticket_id)
    assert opened != iid
    assert "open_issue" not in ticket["tags"]
    comments = len(ticket["comments"])
    again = changed(house, ticket_id)
    assert len(again["comments"]) == comments, "done once"
