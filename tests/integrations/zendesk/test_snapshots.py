"""Zendesk's JSON becomes plain values: nulls are empty, addresses are all found, nothing is guessed to be public."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.snapshots import OrganizationSnapshot, RequesterSnapshot, TicketSnapshot
from integrations.zendesk.wire import WireComments, WirePeople, WireTicketAnswer

PAYLOADS = Path(__file__).parent / "payloads"


def snapshot(name: str) -> TicketSnapshot:
    answer = WireTicketAnswer.model_validate_json((PAYLOADS / name).read_bytes())
    return answer.snapshot("https://acme.zendesk.com/agent/tickets/1")


def test_a_ticket_that_came_by_mail() -> None:
    ticket = snapshot("ticket_by_mail.json")

    assert (ticket.id, ticket.subject, ticket.description) == (5158, "", "Größe {{x}}")
    assert (ticket.via_channel, ticket.via_rel) == ("email", "")
    assert ticket.via_addresses == (
        "joe.doe@acme.example",
        "joe doe",
        "community@acme.example",
        "acme",
    )
    assert ticket.requester == RequesterSnapshot(8447388090494, "Joe Doe", "joe.doe@acme.example", tags=("vip",))
    assert ticket.organization == OrganizationSnapshot(8447346621310, "Acme", ("premium",))
    assert (ticket.group_id, ticket.group_name, ticket.brand_id) == (8447320465790, "Community", 8447346621311)
    assert (ticket.status, ticket.custom_status_id, ticket.assignee_id) == ("hold", 6130830355738, None)
    assert ticket.custom_fields == {"2": "bug", "3": "true", "4": "one two", "5": "4.5"}
    assert ticket.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert ticket.updated_at == "2026-01-02T03:04:06Z"
    assert ticket.is_public


def test_what_is_missing_is_empty_and_not_public() -> None:
    ticket = snapshot("ticket_bare.json")

    assert (ticket.via_channel, ticket.via_rel, ticket.via_addresses) == ("", "", ())
    assert (ticket.status, ticket.tags, ticket.organization, ticket.group_name) == ("closed", (), None, "")
    assert ticket.requester == RequesterSnapshot(8)
    assert not ticket.is_public


def people() -> dict[int, RequesterSnapshot]:
    answer = WirePeople.model_validate_json((PAYLOADS / "users.json").read_bytes())
    return {one.id: one.snapshot() for one in answer.users}


def test_who_is_deleted_is_nobody_to_greet_and_to_answer() -> None:
    assert people() == {
        1: RequesterSnapshot(1, "Sam Example", "sam@acme.example"),
        2: RequesterSnapshot(2, "Sam Phone"),
        3: RequesterSnapshot(3, "David", deleted=True),
        4: RequesterSnapshot(4, deleted=True),
        5: RequesterSnapshot(5, "Odd", "odd@acme.example", role=""),
    }


def test_a_ticket_without_a_requester_has_nobody() -> None:
    ticket = {
        "id": 1, "status": "closed", "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    for requester_id, deleted in ((None, True), (7, False)):
        answer = WireTicketAnswer(ticket=ticket | {"requester_id": requester_id})
        assert answer.snapshot("").requester.deleted is deleted


def test_a_comment_that_zendesk_marked_as_automatic_says_so_and_other_marks_do_not() -> None:
    answer = WireComments.model_validate_json((PAYLOADS / "comments_by_mail.json").read_bytes())
    assert [(one.body, one.automatic, one.author_email) for one in answer.snapshots()] == [
        ("It is broken.", False, "joe.doe@acme.example"),
        ("It is still broken.", False, "joe.doe@acme.example"),
        ("Back on Monday.", True, "joe.doe@acme.example"),
    ]


def test_comments_of_people_who_are_deleted_are_read() -> None:
    answer = WireComments.model_validate_json((PAYLOADS / "comments_of_deleted_people.json").read_bytes())
    assert [(one.author_id, one.author_role, one.by_staff, one.body) for one in answer.snapshots()] == [
        (4, "end-user", False, "A deleted person's"),
        (5, "agent", True, "A deleted agent's"),
        (99, "", False, "Of somebody who is not listed"),
        (None, "", False, "Of nobody"),
    ]


def test_a_snapshot_can_be_stored() -> None:
    ticket = snapshot("ticket_by_mail.json")

    assert pickle.loads(pickle.dumps(ticket)) == ticket


@pytest.mark.parametrize(
    ("channel", "source", "addressed"),
    [
        ("twitter", {"from": {"username": "ada", "name": "@gitlab"}, "to": {"username": "GitLab_"}}, ["@gitlab_"]),
        ("twitter", {"from": {"name": "Ada"}, "to": {"username": "@gitlab", "name": "GitLab"}}, ["@gitlab"]),
        ("web", {"from": {}, "to": {"name": "gitlab", "address": "sam@example.org"}}, []),
        ("api", {"from": {}, "to": {"name": "@gitlab", "address": "sam@example.org"}}, []),
        ("email", {"from": {"name": "gitlab"}, "to": {"name": "GitLab", "username": None}}, []),
        ("facebook", {"from": {"name": "@gitlab"}, "to": {"name": "GitLab", "username": "@"}}, []),
    ],
)
def test_only_the_account_that_was_written_to_is_addressed(
    channel: str, source: dict[str, Any], addressed: list[str]
) -> None:
    ticket = {
        "id": 1, "status": "new", "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
        "via": {"channel": channel, "source": source},
    }  # fmt: skip
    found = WireTicketAnswer(ticket=ticket).snapshot("").via_addresses
    assert [one for one in found if one.startswith("@")] == addressed
