"""The Zendesk pages: what an advocate sees, with nothing in it that a stranger could make run."""

from __future__ import annotations

import httpx

from integrations.sandbox import ZendeskSandbox


def test_the_list_shows_each_ticket_in_a_row(zendesk: ZendeskSandbox) -> None:
    ticket_id = zendesk.create_ticket(
        body="<script>alert(1)</script> and more", via_channel="twitter", rel="direct_message", tags=["listed_tag"]
    )
    page = httpx.get(zendesk.url).text
    assert f'href="/agent/tickets/{ticket_id}"' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; and more" in page
    assert "<script" not in page
    assert "Twitter DM" in page
    assert "listed_tag" in page
    assert zendesk.calls == []


def test_a_ticket_shows_conversation_notes_and_audits(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(
        subject="<i>s</i>",
        body="<b>b</b>\n**as is**",
        tags=["t"],
        requester={"name": "<u>N</u>", "email": "page@x.example"},
        custom_fields={360002: "<s>"},
    )
    note = {"html_body": "<p><strong>Note</strong><script>x()</script></p>", "public": False}
    change = {"status": "hold", "tags": ["t", "u"], "comment": note, "metadata": {"run": "<m>"}}
    zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": change})
    answer = httpx.get(zendesk.ticket(ticket_id)["page"])
    page = answer.text
    for shown in ("&lt;i&gt;s&lt;/i&gt;", "&lt;b&gt;b&lt;/b&gt;\n**as is**", "&lt;u&gt;N&lt;/u&gt;", "&lt;s&gt;"):
        assert shown in page
    assert "<strong>Note</strong>" in page
    assert "internal note" in page
    assert "<del>t</del> → t u" in page
    assert '{"run": "\\u003cm\\u003e"}' in page
    for first in ("subject: &lt;i&gt;s&lt;/i&gt;", "requester: &lt;u&gt;N&lt;/u&gt;", "status: new", "tags: t"):
        assert f"<div>{first}</div>" in page
    assert "<script" not in page
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_spam_follow_ups_and_missing_tickets_have_a_page(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    spam = zendesk.create_ticket(requester={"name": "S", "email": "s@page.example"})
    zendesk_http.put(f"/tickets/{spam}/mark_as_spam")
    assert "marked as spam" in httpx.get(zendesk.ticket(spam)["page"]).text
    closed = zendesk.create_ticket()
    zendesk.close(closed)
    given = {"ticket": {"description": "d", "via_followup_source_id": closed}}
    follow_up = zendesk_http.post("/tickets", json=given).json()["ticket"]["id"]
    assert f"/agent/tickets/{closed}" in httpx.get(zendesk.ticket(follow_up)["page"]).text
    assert f"/agent/tickets/{follow_up}" in httpx.get(zendesk.ticket(closed)["page"]).text
    assert httpx.get(f"{zendesk.url}/agent/tickets/1").status_code == 404
