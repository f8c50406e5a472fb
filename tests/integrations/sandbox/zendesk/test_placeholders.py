"""Placeholders run in what staff write, so that a text copied from a stranger shows what it would give away."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox import ZendeskSandbox
from integrations.sandbox.zendesk.placeholders import expand

NAMES = (
    "title description latest_comment latest_public_comment comments url link via tags status priority ticket_type "
    "external_id group.name brand.name organization.name created_at_with_timestamp updated_at_with_timestamp "
    "assignee.name ticket_field_360002 latest_comment_formatted public_comments"
)


def known(name: str) -> str | None:
    return {"ticket.id": "7", "ticket.requester.email": "a@b.example"}.get(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no. {{ticket.id}} of {{ ticket.requester.email }}", "no. 7 of a@b.example"),
        ("{{Ticket.id}}{{dc.secret}}{{}}", ""),
        ("{{ticket.id | upcase}}", "7"),
        ("{% if true %}a{% endif %}b{%\nraw %}", "ab"),
        ("{ {ticket.id}} {&#8203;{ticket.id}} {{ticket.id}", "{ {ticket.id}} {&#8203;{ticket.id}} {{ticket.id}"),
        ("{{ticket\n.id}}{ not }", "{ not }"),
    ],
)
def test_expands_known_names_and_empties_unknown_ones(text: str, shown: str) -> None:
    assert expand(text, known) == shown


@given(st.text(alphabet="{}% ticket.id"))
def test_never_fails_and_leaves_no_whole_placeholder(text: str) -> None:
    assert "{{ticket.id}}" not in expand(text, lambda _name: "")


def test_run_in_the_bots_comment(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(subject="Title", requester={"name": "Jo Doe", "email": "jo@leak.example"})
    html = "<p>{{ticket.requester.email}} {{ticket.requester.first_name}} {{ticket.title}} {{current_user.email}}</p>"
    zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"comment": {"html_body": html, "public": False}}})
    assert zendesk.ticket(ticket_id)["comments"][-1]["body"] == f"jo@leak.example Jo Title {zendesk.email}"


def test_do_not_run_in_a_customers_text(zendesk: ZendeskSandbox) -> None:
    ticket_id = zendesk.create_ticket(body="{{ticket.id}}")
    zendesk.add_comment(ticket_id, "{{ticket.id}}")
    assert {comment["body"] for comment in zendesk.ticket(ticket_id)["comments"]} == {"{{ticket.id}}"}


@pytest.mark.parametrize("name", NAMES.split())
def test_each_documented_name_is_known(zendesk: ZendeskSandbox, name: str) -> None:
    ticket_id = zendesk.create_ticket(
        subject="s",
        body="b",
        organization={"name": "Named"},
        group="Community",
        tags=["t"],
        custom_fields={360002: "v"},
    )
    zendesk.add_comment(ticket_id, f"<{{{{ticket.{name}}}}}>", author=zendesk.advocate_id)
    shown = zendesk.ticket(ticket_id)["comments"][-1]["body"]
    assert shown.startswith("<")
    assert "{" not in shown
    assert (shown == "<>") is (name in {"priority", "external_id", "assignee.name"})
