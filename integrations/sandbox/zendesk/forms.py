"""The forms of the Zendesk pages: write a ticket, comment on it, change its tags and status."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.pages import Form, Pages
from integrations.sandbox.zendesk.controls import ZendeskControls
from integrations.sandbox.zendesk.state import ADVOCATE_ID, State

# As people pick them: the title, and the `create_ticket` that it stands for.
WRITTEN_VIA: Mapping[str, Json] = {
    "twitter": {"title": "Twitter", "via_channel": "twitter"},
    "twitter_dm": {"title": "Twitter, direct message", "via_channel": "twitter", "rel": "direct_message"},
    "email": {"title": "E-mail", "via_channel": "email"},
    "facebook": {"title": "Facebook post", "via_channel": "facebook", "rel": "post"},
    "disqus": {"title": "Blog comment (Disqus)", "via_channel": "api", "tags": ["disqus"]},
    "stackoverflow": {"title": "Stack Overflow", "via_channel": "api", "tags": ["stackoverflow"]},
    "web": {"title": "Web form", "via_channel": "web"},
}
WRITERS = {"note": "an internal note", "reply": "a public reply", "requester": "the requester writes again"}


def add_forms(pages: Pages, state: State, controls: ZendeskControls) -> None:
    def write(_at: Mapping[str, Any], entered: Form) -> str:
        given = {name: value for name, value in WRITTEN_VIA[entered["channel"]].items() if name != "title"}
        name = entered["name"].strip() or "Sam Sample"
        handle = name.replace(" ", "").lower()
        by_handle = given["via_channel"] == "twitter"
        address = {"handle": f"@{handle}"} if by_handle else {"email": entered["email"] or f"{handle}@customer.example"}
        person = {"name": name, **address}
        subject, body = entered["subject"].strip(), _needed(entered, "body")
        return _page_of(controls.create_ticket(subject=subject, body=body, requester=person, **given))

    def change(at: Mapping[str, Any], entered: Form) -> str:
        ticket, tags = state.live_ticket(at["id"]), sorted(set(entered["tags"].lower().replace(",", " ").split()))
        if tags != ticket.tags:
            controls.set_tags(ticket.id, tags)
        if entered["status"] != ticket.status:
            controls.set_status(ticket.id, entered["status"])
        return _page_of(ticket.id)

    def comment(at: Mapping[str, Any], entered: Form) -> str:
        writer = entered["writer"]
        author = "requester" if writer == "requester" else ADVOCATE_ID
        controls.add_comment(at["id"], _needed(entered, "body"), author, public=writer != "note")
        return _page_of(at["id"])

    pages.add_form("/agent/tickets", write)
    pages.add_form("/agent/tickets/{id:int}/change", change)
    pages.add_form("/agent/tickets/{id:int}/comment", comment)


def _page_of(ticket_id: int) -> str:
    return f"/agent/tickets/{ticket_id}"


def _needed(entered: Form, name: str) -> str:
    """Browsers end lines with CR LF."""
    text = entered[name].replace("\r\n", "\n").strip()
    if not text:
        raise ValueError("there is no text")
    return text
