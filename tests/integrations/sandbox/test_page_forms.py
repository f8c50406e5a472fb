"""What people do on the pages: forms change tickets and issues, and only the sandbox's own pages may send them."""

from __future__ import annotations

import httpx
import pytest

from integrations.sandbox import GitlabSandbox, ZendeskSandbox

TICKET = {"channel": "twitter", "name": "Nia New", "email": "", "subject": "", "body": "It\r\nbreaks"}


def send(address: str, **entered: str) -> httpx.Response:
    return httpx.post(address, data=entered)


def test_a_ticket_can_be_written_in_each_channel(zendesk: ZendeskSandbox) -> None:
    for channel, via, tags in (
        ("twitter", "twitter", []),
        ("twitter_dm", "twitter", []),
        ("email", "email", []),
        ("disqus", "api", ["disqus"]),
    ):
        answer = send(f"{zendesk.url}/agent/tickets", **TICKET | {"channel": channel})
        assert answer.status_code == 303
        ticket = zendesk.ticket(int(answer.headers["location"].rpartition("/")[2]))
        assert (ticket["via"]["channel"], ticket["tags"]) == (via, tags)
        assert ticket["comments"][0]["body"] == "It\nbreaks"
    assert ">It\nbreaks</h1>" in httpx.get(ticket["page"]).text


def test_an_advocate_changes_a_ticket(zendesk: ZendeskSandbox) -> None:
    ticket_id = zendesk.create_ticket(body="b", tags=["one"])
    page = zendesk.ticket(ticket_id)["page"]
    assert send(f"{page}/change", tags="Two, three", status="hold").status_code == 303
    for writer in ("note", "reply", "requester"):
        assert send(f"{page}/comment", body=f"by {writer}", writer=writer).status_code == 303
    ticket = zendesk.ticket(ticket_id)
    assert (ticket["tags"], ticket["status"]) == (["three", "two"], "open")
    assert [(one["author_role"], one["public"]) for one in ticket["comments"][1:]] == [
        ("agent", False),
        ("agent", True),
        ("end-user", True),
    ]


def test_an_engineer_changes_an_issue(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.add_issue(project, title="t", labels=["bug"])
    page = gitlab.issue(project, 1)["web_url"]
    for form, entered in (
        ("comment", {"body": "seen", "kind": "internal"}),
        ("label", {"labels": "bug, ci,"}),
        ("close", {"reason": "not_planned"}),
    ):
        assert send(f"{page}/{form}", **entered).status_code == 303
    issue = gitlab.issue(project, 1)
    assert (issue["state"], sorted(issue["labels"])) == ("closed", ["bug", "ci", "wontfix"])
    assert "Reopen" in httpx.get(page).text
    send(f"{page}/reopen")
    assert gitlab.issue(project, 1)["state"] == "opened"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example", "Origin": "http://evil.example"}],
)
def test_another_site_cannot_send_a_form(zendesk: ZendeskSandbox, headers: dict[str, str]) -> None:
    before = zendesk.ticket_ids()
    assert httpx.post(f"{zendesk.url}/agent/tickets", data=TICKET, headers=headers).status_code == 403
    assert zendesk.ticket_ids() == before


def test_what_cannot_be_done_is_told(zendesk: ZendeskSandbox) -> None:
    page = zendesk.ticket(zendesk.create_ticket(body="b"))["page"]
    for form, entered, status in (
        ("comment", {"body": " ", "writer": "note"}, 400),
        ("comment", {}, 400),
        ("change", {"tags": "", "status": "lost"}, 400),
    ):
        answer = send(f"{page}/{form}", **entered)
        assert (answer.status_code, "not understood" in answer.text) == (status, True)
    zendesk.close(int(page.rpartition("/")[2]))
    closed = send(f"{page}/comment", body="b", writer="note")
    assert (closed.status_code, "closed prevents ticket update" in closed.text) == (422, True)
    assert send(f"{zendesk.url}/agent/tickets/1/change", tags="", status="open").status_code == 404


def test_a_ticket_says_why_where_the_service_does(zendesk: ZendeskSandbox) -> None:
    ticket_id = zendesk.create_ticket(body="b")
    page = f"{zendesk.ticket(ticket_id)['page']}/why"
    assert httpx.get(page).status_code == 404
    zendesk.reasons = lambda asked: {"ticket_id": asked, "summary": "<b>", "trace": [{"asked": "route:x"}]}
    try:
        shown = httpx.get(page).text
    finally:
        zendesk.reasons = lambda _asked: None
    assert "&lt;b&gt;" in shown
    assert "route:x" in shown


def test_an_issue_links_to_its_tickets(gitlab: GitlabSandbox, zendesk: ZendeskSandbox, project: str) -> None:
    address = zendesk.ticket(zendesk.create_ticket(body="b"))["page"]
    gitlab.add_issue(project, title="t", description=f"Ticket: {address}")
    gitlab.add_note(project, 1, f"Also {address}1")
    shown = httpx.get(gitlab.issue(project, 1)["web_url"]).text
    assert f'<a href="{address}"' in shown
    assert f'<a href="{address}1"' in shown
