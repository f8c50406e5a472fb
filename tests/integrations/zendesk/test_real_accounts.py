"""What real accounts send, beside the documented form, is read rightly."""

from __future__ import annotations

from integrations.sandbox import Sandbox
from integrations.zendesk import ZendeskClient
from integrations.zendesk.jobs import WireJob
from integrations.zendesk.wire import WireComment
from integrations.zendesk.wire_answers import WireAuditEvent
from tests.support.export_page import (
    CALL,
    OF_NOBODY,
    ORDINARY,
    SCRUBBED,
    SCRUBBED_WITH_NULLS,
    UNREADABLE,
    export_page,
)


def test_a_new_ticket_has_no_group(sandbox: Sandbox, client: ZendeskClient) -> None:
    ticket = client.read_ticket(sandbox.zendesk.create_ticket(body="b"))
    assert (ticket.group_id, ticket.group_name) == (None, "")


def test_a_new_tickets_audit_has_a_create_event_per_field(sandbox: Sandbox) -> None:
    ticket_id = sandbox.zendesk.create_ticket(subject="s", body="b", tags=["one"])
    events = [one for one in sandbox.zendesk.ticket(ticket_id)["audits"][0]["events"] if one["type"] == "Create"]
    fields = {one["field_name"]: one["value"] for one in events}
    assert set(fields) == {"subject", "requester_id", "status", "tags"}
    assert isinstance(fields["requester_id"], str)
    assert [WireAuditEvent.model_validate(one).adds_tag("one") for one in events].count(True) == 1


def test_a_failed_row_of_a_job_needs_no_success() -> None:
    row = {"id": 7, "action": "update", "status": "Failed", "error": "TicketUpdateFailed", "details": "closed"}
    for results, expected in (([row], [(7, False)]), (row, []), (None, [])):
        wire = {"job_status": {"id": "V3", "status": "completed", "results": results}}
        job = WireJob.model_validate(wire).job()
        assert [(one.ticket_id, one.ok) for one in job.results] == expected


def test_the_flags_of_a_comment_are_read_beside_their_options() -> None:
    for flags, automatic in (([4], True), ([0, 4], True), ([2], False)):
        options = {str(flag): {"message": {"user": "x"}, "trusted": False} for flag in flags}
        metadata = {"system": {}, "flags": flags, "flags_options": options, "trusted": False}
        wire = {"id": 1, "created_at": "2026-01-02T03:04:05Z", "metadata": metadata}
        assert WireComment.model_validate(wire).snapshot({}).automatic is automatic


def test_a_page_of_the_export_is_read_row_by_row() -> None:
    page = export_page()
    read = {one.id: one for one in page.tickets}
    assert [one.id for one in page.unreadable] == [UNREADABLE]
    assert {one.id for one in page.tickets if one.status == "deleted"} == {SCRUBBED, SCRUBBED_WITH_NULLS}
    assert {one.id for one in page.tickets if one.requester.deleted} == {SCRUBBED, OF_NOBODY, SCRUBBED_WITH_NULLS}
    assert {one.id for one in page.tickets if one.requester.email} == {ORDINARY}
    assert read[OF_NOBODY].requester.name == ""
    assert {one.group_id for one in page.tickets} == {None}
    assert (read[CALL].via_channel, read[CALL].via_rel, read[CALL].submitter_id) == ("voice", "inbound", -1)
    assert not [text for one in page.tickets for text in one.via_addresses if text.startswith("@")]
