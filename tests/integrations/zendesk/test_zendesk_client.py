"""Each verb, over HTTP against the sandbox: what is sent, how often, and what comes back."""

from __future__ import annotations

import dataclasses
import json
import logging

import pytest

from integrations.errors import Invalid, NotFound, Refused
from integrations.sandbox import Fault, Sandbox
from integrations.zendesk import NewComment, TicketUpdate, ZendeskClient
from integrations.zendesk.client import RUN_KEY
from integrations.zendesk.updates import PUT_BACK_KEY, READ_KEY, FoundUpdate
from integrations.zendesk.wire_answers import WireAudit
from tests.integrations.zendesk.conftest import Sent, asked


def test_reads_a_ticket_with_all_that_belongs_to_it_in_one_call(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(
        subject="Push fails",
        body="fatal: {{x}}\nsince today",
        via_channel="twitter",
        rel="direct_message",
        requester={"name": "Joe Doe", "email": "joe@acme.example", "handle": "JoeDoe", "tags": ["vip"]},
        organization={"name": "Acme", "tags": ["premium"]},
        tags=["b", "a"],
        group="Advocates",
        custom_fields={"Edition": "ee"},
    )

    ticket = client.read_ticket(ticket_id)

    stored = sandbox.zendesk.ticket(ticket_id)
    assert asked(sandbox) == [
        ("GET", f"/api/v2/tickets/{ticket_id}", {"include": ["users,organizations,groups"]}),
    ]
    assert (ticket.id, ticket.subject, ticket.description) == (ticket_id, "Push fails", "fatal: {{x}}\nsince today")
    assert (ticket.status, set(ticket.tags), ticket.group_name) == ("new", {"a", "b"}, "Advocates")
    assert (ticket.via_channel, ticket.via_rel) == ("twitter", "direct_message")
    assert {"joedoe", "joe doe", "https://twitter.com/joedoe", "sandbox"} <= set(ticket.via_addresses)
    requester = ticket.requester
    assert (requester.name, requester.email, requester.handle) == ("Joe Doe", "joe@acme.example", "JoeDoe")
    assert (requester.role, requester.tags) == ("end-user", ("vip",))
    assert ticket.organization is not None
    assert (ticket.organization.name, ticket.organization.tags) == ("Acme", ("premium",))
    assert list(ticket.custom_fields.values()) == ["ee"]
    assert ticket.updated_at == stored["updated_at"]
    assert ticket.created_at.tzinfo is not None
    assert ticket.url == f"{sandbox.zendesk.url}/agent/tickets/{ticket_id}"


def test_a_ticket_can_be_without_organization_and_address(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x", requester={"name": "Anonymous"}, public=False)

    ticket = client.read_ticket(ticket_id)

    assert ticket.organization is None
    assert (ticket.requester.email, ticket.requester.handle) == ("", "")
    assert not ticket.is_public


def test_a_ticket_is_read_afresh_each_time(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")
    before = client.read_ticket(ticket_id)
    sandbox.zendesk.set_tags(ticket_id, ["changed"])

    assert client.read_ticket(ticket_id).tags == ("changed",)
    assert dataclasses.replace(before) == before


def test_works_with_an_oauth_token(sandbox: Sandbox) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")
    client = ZendeskClient(sandbox.zendesk.url, oauth_token=sandbox.zendesk.token)

    assert client.read_ticket(ticket_id).id == ticket_id
    assert client.me().id == sandbox.zendesk.bot_user_id
    client.close()


def test_refuses_to_be_made_without_credentials() -> None:
    with pytest.raises(ValueError, match="needs an e-mail and a token"):
        ZendeskClient("https://acme.zendesk.com", email="bot@acme.example")


def test_one_put_changes_everything_and_sends_nothing_else(sandbox: Sandbox, client: ZendeskClient, sent: Sent) -> None:
    field_id = sandbox.zendesk.add_field("Issue link")
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x", tags=["kept", "gone"])
    stamp = client.read_ticket(ticket_id).updated_at
    sandbox.zendesk.calls_clear()

    updated = client.update_ticket(
        ticket_id,
        TicketUpdate(
            updated_stamp=stamp,
            tags=("kept", "new"),
            status="hold",
            assignee_id=sandbox.zendesk.advocate_id,
            comment=NewComment("<p>Tracked</p>"),
            custom_fields={str(field_id): "https://gitlab.example.com/g/p/-/issues/7"},
            metadata={RUN_KEY: "run-1"},
        ),
    )

    assert asked(sandbox) == [("PUT", f"/api/v2/tickets/{ticket_id}", {})]
    assert sent.bodies == [
        {
            "ticket": {
                "id": ticket_id,
                "safe_update": True,
                "updated_stamp": stamp,
                "tags": ["kept", "new"],
                "status": "hold",
                "assignee_id": sandbox.zendesk.advocate_id,
                "comment": {"html_body": "<p>Tracked</p>", "public": False},
                "custom_fields": [{"id": field_id, "value": "https://gitlab.example.com/g/p/-/issues/7"}],
                "metadata": {RUN_KEY: "run-1"},
            }
        }
    ]
    stored = sandbox.zendesk.ticket(ticket_id)
    assert updated.updated_at == stored["updated_at"]
    assert (updated.status, set(updated.tags)) == ("hold", {"kept", "new"})
    assert client.find_update(ticket_id, "run-1")


def test_what_an_update_does_not_name_is_not_sent(sandbox: Sandbox, client: ZendeskClient, sent: Sent) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x", tags=["a"])
    stamp = client.read_ticket(ticket_id).updated_at

    client.update_ticket(ticket_id, TicketUpdate(updated_stamp=stamp, tags=()))

    assert sent.bodies == [
        {"ticket": {"id": ticket_id, "safe_update": True, "updated_stamp": stamp, "tags": []}},
    ]
    assert sandbox.zendesk.ticket(ticket_id)["tags"] == []


def test_a_public_reply_says_so(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")
    stamp = client.read_ticket(ticket_id).updated_at

    client.update_ticket(ticket_id, TicketUpdate(stamp, comment=NewComment("<p>Thanks</p>", public=True)))

    assert [(c.public, c.body.strip()) for c in client.comments(ticket_id)] == [(True, "x"), (True, "Thanks")]


def test_comments_come_in_the_order_they_were_written(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="first")
    for text in ("second", "third"):
        sandbox.zendesk.add_comment(ticket_id, text)
    sandbox.zendesk.add_comment(ticket_id, "note", author=sandbox.zendesk.advocate_id, public=False)
    sandbox.zendesk.calls_clear()

    comments = client.comments(ticket_id)

    assert [comment.body for comment in comments] == ["first", "second", "third", "note"]
    assert [comment.public for comment in comments] == [True, True, True, False]
    assert comments[-1].author_id == sandbox.zendesk.advocate_id
    assert [comment.body for comment in client.comments(ticket_id, newest=2)] == ["third", "note"]
    assert asked(sandbox)[0] == (
        "GET",
        f"/api/v2/tickets/{ticket_id}/comments",
        {"sort": ["-created_at"], "page[size]": ["100"], "include": ["users"]},
    )
    assert len(sandbox.zendesk.calls) == 2


def test_a_run_is_found_among_many_audits_newest_first(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")
    stamp = client.read_ticket(ticket_id).updated_at
    client.update_ticket(ticket_id, TicketUpdate(stamp, tags=("one",), metadata={RUN_KEY: "early"}))
    for number in range(150):
        sandbox.zendesk.set_tags(ticket_id, [f"t{number}"])
    stamp = client.read_ticket(ticket_id).updated_at
    client.update_ticket(ticket_id, TicketUpdate(stamp, tags=("two",), metadata={RUN_KEY: "late"}))
    sandbox.zendesk.calls_clear()

    assert client.find_update(ticket_id, "late")
    assert len(sandbox.zendesk.calls) == 1
    assert client.find_update(ticket_id, "early")
    assert not client.find_update(ticket_id, "never")
    assert all(call.path.endswith("/audits") for call in sandbox.zendesk.calls)


def test_what_an_update_overwrote_and_who_had_set_it(sandbox: Sandbox, client: ZendeskClient) -> None:
    """Set after we read the ticket, within the second of its stamp, so that `safe_update` sees nothing of it."""
    sandbox.clock.hold()
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x", tags=["kept", "gone"])
    read = client.read_ticket(ticket_id)
    sandbox.zendesk.add_tag(ticket_id, "vip")
    ours = {RUN_KEY: "run-1", READ_KEY: json.dumps(read.tags)}

    updated = client.update_ticket(ticket_id, TicketUpdate(read.updated_at, tags=("kept", "new"), metadata=ours))

    assert updated.overwritten == ("vip",)
    assert client.find_update(ticket_id, "run-1") == FoundUpdate(("vip",))
    again = {PUT_BACK_KEY: "run-1", READ_KEY: json.dumps(updated.tags)}
    back = TicketUpdate(updated.updated_at, tags=("kept", "new", "vip"), metadata=again)
    assert client.update_ticket(ticket_id, back).overwritten == ()
    assert client.find_update(ticket_id, "run-1") == FoundUpdate(())
    asked_by = client.who_tagged(ticket_id, "vip")
    assert asked_by is not None
    assert (asked_by.author_id, asked_by.run_id) == (sandbox.zendesk.advocate_id, "")
    sandbox.clock.release()


@pytest.mark.parametrize(
    ("noted", "events", "overwritten"),
    [
        ({READ_KEY: "[]"}, [("vip", "new")], ("vip",)),
        ({READ_KEY: "[]"}, [(["vip", "a"], ["new"])], ("vip", "a")),
        ({READ_KEY: '["vip"]'}, [("vip", "new")], ()),
        ({READ_KEY: "[]"}, [("", "new"), ("new other", "other")], ()),
        ({READ_KEY: "[]"}, [(None, "new")], ()),
        ({READ_KEY: "[]"}, [(5, "new")], ()),
        ({READ_KEY: "[]"}, [], ()),
        ({READ_KEY: "5"}, [("vip", "new")], ()),
        ({READ_KEY: "no JSON"}, [("vip", "new")], ()),
        ({RUN_KEY: "of an older version"}, [("vip", "new")], ()),
        (None, [("vip", "new")], ()),
    ],
    ids=[
        "words", "lists", "read, so meant", "a trigger that ran after it", "nothing there before", "an odd list",
        "no change of tags", "odd metadata", "no JSON", "an older version", "no metadata",
    ],
)  # fmt: skip
def test_an_audit_tells_what_was_overwritten(
    noted: dict[str, str] | None, events: list[tuple[object, object]], overwritten: tuple[str, ...]
) -> None:
    changes = [{"type": "Change", "field_name": "tags", "previous_value": a, "value": b} for a, b in events]
    audit = {"id": 1, "author_id": 2, "events": [{"type": "Comment"}, *changes], "metadata": {"custom": noted}}
    assert WireAudit.model_validate(audit).overwritten_tags() == overwritten


def test_names_the_agent_behind_the_credentials(sandbox: Sandbox, client: ZendeskClient) -> None:
    agent = client.me()

    assert (agent.id, agent.role) == (sandbox.zendesk.bot_user_id, "admin")


def test_wrong_credentials_are_refused(sandbox: Sandbox) -> None:
    client = ZendeskClient(sandbox.zendesk.url, email="x@y.example", token="wrong-token")

    with pytest.raises(Refused) as caught:
        client.me()

    assert "wrong-token" not in str(caught.value)
    client.close()


def test_finds_a_group_by_its_exact_name(sandbox: Sandbox, client: ZendeskClient) -> None:
    sandbox.zendesk.create_ticket(subject="Hi", body="x", group="Reliability")

    assert isinstance(client.group_id("Reliability"), int)
    with pytest.raises(NotFound) as caught:
        client.group_id("reliability")
    assert caught.value.reason == "group_not_found"


def test_a_deleted_group_or_agent_is_not_found(sandbox: Sandbox, client: ZendeskClient) -> None:
    old = sandbox.zendesk.add_group("Escalations")
    sandbox.zendesk.delete_group("Escalations")
    with pytest.raises(NotFound):
        client.group_id("Escalations")
    new = sandbox.zendesk.add_group("Escalations")
    assert (client.group_id("Escalations"), new == old) == (new, False)
    row = {"id": 7, "name": "Gone", "email": "gone@acme.example", "role": "agent", "active": False}
    body = json.dumps({"users": [row, {**row, "id": 8, "active": True}]})
    sandbox.zendesk.faults.add(Fault(status=200, headers={"content-type": "application/json"}, body=body))
    assert client.agent_id("gone@acme.example") == 8


def test_marks_as_spam(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket_id = sandbox.zendesk.create_ticket(
        subject="Buy", body="x", requester={"name": "S", "email": "s@spam.example"}
    )

    client.mark_as_spam(ticket_id)

    assert asked(sandbox) == [("PUT", f"/api/v2/tickets/{ticket_id}/mark_as_spam", {})]


def test_nothing_that_people_wrote_reaches_the_log(
    sandbox: Sandbox, client: ZendeskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="my private words")
    stamp = client.read_ticket(ticket_id).updated_at
    client.update_ticket(ticket_id, TicketUpdate(stamp, comment=NewComment("<p>our private words</p>")))

    assert "private words" not in caplog.text
    assert "zendesk ignored keys" not in caplog.text
    assert sandbox.zendesk.token not in caplog.text


@pytest.mark.parametrize(
    "warning",
    [
        '{:controller=>"tickets", :action=>"update", :unpermitted_keys=>["ticket.id", "ticket.statuss"]}',
        '{:allowed_parameters=>{:controller=>"tickets", :unpermitted_keys=>[], :invalid_values=>["ticket.statuss"]}}',
        '{controller: "tickets", action: "update", unpermitted_keys: ["ticket.statuss"]}',
        'Removed restricted keys ["ticket.id", "ticket.statuss"] from parameters according to whitelist',
    ],
)
def test_keys_that_zendesk_ignores_are_logged_by_name(
    sandbox: Sandbox, client: ZendeskClient, caplog: pytest.LogCaptureFixture, warning: str
) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="Hi", body="x")
    stamp = client.read_ticket(ticket_id).updated_at
    headers = {"x-zendesk-api-warn": warning, "content-type": "application/json"}
    sandbox.zendesk.faults.add(
        Fault(method="PUT", kind="status", status=422, headers=headers, body='{"error": "RecordInvalid"}')
    )

    with pytest.raises(Invalid):
        client.update_ticket(ticket_id, TicketUpdate(stamp, tags=("a",)))

    assert "zendesk ignored keys: ticket.statuss" in caplog.text
