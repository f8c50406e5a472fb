"""The real client against the sandbox: what zenpy needs in the answers is in them."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket
from zenpy.lib.exception import APIException, RecordNotFoundException

from integrations.sandbox import ZendeskSandbox


@pytest.fixture
def client(zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", zendesk.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    with requests.Session() as session:
        yield Zenpy(
            session=session,
            subdomain="sandbox",
            email=zendesk.email,
            token=zendesk.token,
            disable_cache=True,
            timeout=(3, 10),
        )


def test_reads_and_updates_a_ticket(zendesk: ZendeskSandbox, client: Any) -> None:
    ticket_id = zendesk.create_ticket(subject="s", body="b", tags=["x"], organization={"name": "Zenpy"})
    ticket = client.tickets(id=ticket_id, include=["users", "organizations"])
    assert (ticket.subject, ticket.tags, ticket.updated_at) == ("s", ["x"], zendesk.ticket(ticket_id)["updated_at"])
    change = Ticket(
        id=ticket_id,
        status="hold",
        tags=["x", "y"],
        comment=Comment(html_body="<p>hi</p>", public=False),
        safe_update=True,
        updated_stamp=ticket.updated_at,
        metadata={"run": "1"},
    )
    updated = client.tickets.update(change)
    assert (updated.ticket.status, updated.audit.id) == ("hold", zendesk.ticket(ticket_id)["audits"][-1]["id"])
    assert [comment.body for comment in client.tickets.comments(ticket_id)] == ["b", "hi"]
    assert [dict(audit.metadata.custom) for audit in client.tickets.audits(ticket_id)][-1] == {"run": "1"}


def test_creates_and_bulk_updates(zendesk: ZendeskSandbox, client: Any) -> None:
    made = client.tickets.create(Ticket(subject="n", description="d", requester_id=zendesk.advocate_id))
    job = client.tickets.update([Ticket(id=made.ticket.id, tags=["c"])])
    zendesk.clock.advance(1)
    assert client.job_status(id=job.id).status == "completed"
    assert zendesk.ticket(made.ticket.id)["tags"] == ["c"]


def test_reads_people_lists_and_the_export(zendesk: ZendeskSandbox, client: Any) -> None:
    assert client.users.me().id == zendesk.bot_user_id
    assert "Community" in [group.name for group in client.groups()]
    for number in range(3):
        ticket_id = zendesk.create_ticket(subject=f"exported {number}")
    zendesk.clock.advance(61)
    start = int(zendesk.clock.now().timestamp()) - 100_000
    assert ticket_id in [ticket.id for ticket in client.tickets.incremental(start_time=start, per_page=2)]


def test_errors_arrive_as_zenpys_own(zendesk: ZendeskSandbox, client: Any) -> None:
    ticket_id = zendesk.create_ticket()
    with pytest.raises(RecordNotFoundException):
        client.tickets(id=1)
    with pytest.raises(APIException) as unknown:
        client.tickets.update(Ticket(id=ticket_id, foo="x"))
    assert unknown.value.response.status_code == 400
    zendesk.close(ticket_id)
    with pytest.raises(APIException) as closed:
        client.tickets.update(Ticket(id=ticket_id, tags=["x"]))
    assert closed.value.response.status_code == 422
