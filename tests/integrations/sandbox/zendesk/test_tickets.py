"""Reading and updating one ticket over HTTP, with Zendesk's answers and the sandbox's refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from integrations.sandbox import ZendeskSandbox


def put(client: httpx.Client, ticket_id: int, **change: Any) -> httpx.Response:
    return client.put(f"/tickets/{ticket_id}", json={"ticket": change})


def test_needs_credentials(zendesk: ZendeskSandbox) -> None:
    url = f"{zendesk.url}/api/v2/tickets/1.json"
    assert httpx.get(url).json() == {"error": "Couldn't authenticate you"}
    for auth in [("x", zendesk.token), (f"{zendesk.email}/token", "x"), (zendesk.email, zendesk.token)]:
        assert httpx.get(url, auth=auth).status_code == 401
    bearer = {"Authorization": f"Bearer {zendesk.token}"}
    assert httpx.get(url, headers=bearer).status_code == 404
    assert httpx.get(url, headers={"Authorization": "Basic %%%"}).status_code == 401


def test_both_spellings_are_one_address(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(subject="s")
    answers = [zendesk_http.get(f"/tickets/{ticket_id}{ending}").json() for ending in ("", ".json")]
    assert answers[0] == answers[1]
    assert {call.path for call in zendesk.calls} == {f"/api/v2/tickets/{ticket_id}"}


def test_side_loads_what_was_asked_for(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(
        subject="s",
        body="b",
        via_channel="twitter",
        rel="direct_message",
        requester={"name": "Kim", "handle": "@kim", "tags": ["vip"]},
        organization={"name": "Side Loaded", "tags": ["premium"]},
        group="Twitter",
        brand="Main",
        custom_fields={360002: "x"},
        tags=["b", "a"],
    )
    answer = zendesk_http.get(f"/tickets/{ticket_id}?include=users,organizations,groups").json()
    ticket = answer["ticket"]
    assert (ticket["subject"], ticket["description"], ticket["tags"], ticket["status"]) == ("s", "b", ["a", "b"], "new")
    assert ticket["via"]["source"] == {
        "from": {"profile_url": "https://twitter.com/kim", "username": "kim", "name": "Kim"},
        "to": {"profile_url": "https://twitter.com/sandbox", "username": "sandbox", "name": "Sandbox"},
        "rel": "direct_message",
    }
    assert {"id": 360002, "value": "x"} in ticket["custom_fields"]
    users = {user["id"]: user for user in answer["users"]}
    assert users[ticket["requester_id"]]["tags"] == ["vip"]
    assert [organization["tags"] for organization in answer["organizations"]] == [["premium"]]
    assert [group["name"] for group in answer["groups"]] == ["Twitter"]


@pytest.mark.parametrize("query", ["include=userss", "included=users", "foo=1"])
def test_refuses_unknown_parameters(zendesk: ZendeskSandbox, zendesk_http: httpx.Client, query: str) -> None:
    ticket_id = zendesk.create_ticket()
    answer = zendesk_http.get(f"/tickets/{ticket_id}?{query}")
    assert answer.status_code == 400
    assert "silently ignore" in answer.json()["description"]


def test_an_update_is_one_audit_with_its_metadata(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(tags=["old"])
    answer = put(
        zendesk_http,
        ticket_id,
        status="hold",
        tags=["new"],
        priority="high",
        custom_fields=[{"id": 360002, "value": "https://x.example/1"}],
        comment={"body": "**seen**", "public": False},
        metadata={"run": "01J"},
    ).json()
    assert answer["ticket"]["tags"] == ["new"]
    audit = answer["audit"]
    assert audit["metadata"]["custom"] == {"run": "01J"}
    changes = {event["field_name"]: event["value"] for event in audit["events"] if event["type"] == "Change"}
    assert changes == {
        "status": "hold",
        "custom_status_id": "6004",
        "priority": "high",
        "360002": "https://x.example/1",
        "tags": ["new"],
    }
    comment = next(event for event in audit["events"] if event["type"] == "Comment")
    assert (comment["public"], comment["author_id"]) == (False, zendesk.bot_user_id)
    assert "<strong>seen</strong>" in comment["html_body"]
    assert zendesk.ticket(ticket_id)["audits"][-1]["metadata"]["custom"] == {"run": "01J"}
    assert zendesk_http.get(f"/tickets/{ticket_id}/audits").json()["audits"][-1] == audit


def test_tags_are_replaced(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(tags=["kept_by_others"])
    put(zendesk_http, ticket_id, tags=["mine"])
    assert zendesk.ticket(ticket_id)["tags"] == ["mine"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"foo": 1, "bar": 2}, "ticket.bar, ticket.foo"),
        ({"additional_tags": ["a"]}, "ticket.additional_tags"),
        ({"comment": {"text": "x"}}, "ticket.comment.text"),
    ],
)
def test_refuses_unknown_keys_and_names_them(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, change: dict[str, Any], named: str
) -> None:
    ticket_id = zendesk.create_ticket(tags=["a"])
    answer = put(zendesk_http, ticket_id, tags=["b"], **change)
    assert answer.status_code == 400
    assert named in answer.json()["description"]
    assert named.split(", ", maxsplit=1)[0] in answer.headers["x-zendesk-api-warn"]
    assert zendesk.ticket(ticket_id)["tags"] == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        {"tags": ["with space"]},
        {"tags": ["Upper"]},
        {"tags": "a b"},
        {"custom_fields": [{"id": 1, "value": "x"}]},
        {"custom_fields": {"360002": "x"}},
        {"comment": {"body": "a", "html_body": "b"}},
        {"comment": {"body": "x" * 70_000}},
        {"comment": {"body": "x", "public": "no"}},
        {"safe_update": True},
        {"updated_stamp": "2026-01-01T00:00:00Z"},
        {"metadata": "run"},
        {"subject": 7},
    ],
)
def test_refuses_what_would_be_altered_or_ignored(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, change: dict[str, Any]
) -> None:
    ticket_id = zendesk.create_ticket()
    before = zendesk.ticket(ticket_id)
    assert put(zendesk_http, ticket_id, **change).status_code == 400
    assert zendesk.ticket(ticket_id) == before


@pytest.mark.parametrize(
    "change",
    [
        {"status": "done"},
        {"status": "new"},
        {"priority": "huge"},
        {"type": "bug"},
        {"group_id": 1},
        {"assignee_id": 1},
    ],
)
def test_refuses_wrong_values_as_zendesk_does(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, change: dict[str, Any]
) -> None:
    ticket_id = zendesk.create_ticket(status="open")
    answer = put(zendesk_http, ticket_id, **change)
    assert (answer.status_code, answer.json()["error"]) == (422, "RecordInvalid")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"tickets": {}}', b'{"ticket": {}, "x": 1}'])
def test_refuses_a_body_that_is_not_one_ticket(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, body: bytes
) -> None:
    ticket_id = zendesk.create_ticket()
    assert zendesk_http.put(f"/tickets/{ticket_id}", content=body).status_code == 400


def test_the_id_in_the_body_is_dropped_with_a_warning(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    answer = put(zendesk_http, ticket_id, id=ticket_id, tags=["a"])
    assert answer.status_code == 200
    assert ':unpermitted_keys=>["ticket.id"]' in answer.headers["x-zendesk-api-warn"]
    assert put(zendesk_http, ticket_id, id=ticket_id + 1, tags=["a"]).status_code == 400


def test_a_stale_safe_update_is_a_conflict(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    stamp = zendesk.ticket(ticket_id)["updated_at"]
    zendesk.clock.advance(1)
    zendesk.set_tags(ticket_id, ["person"])
    answer = put(zendesk_http, ticket_id, tags=["bot"], safe_update=False, updated_stamp=stamp)
    assert (answer.status_code, answer.json()["error"]) == (409, "UpdateConflict")
    fresh = zendesk.ticket(ticket_id)["updated_at"]
    assert put(zendesk_http, ticket_id, tags=["bot"], safe_update=True, updated_stamp=fresh).status_code == 200


def test_updated_at_has_seconds_and_moves_only_when_something_changed(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client
) -> None:
    ticket_id = zendesk.create_ticket(tags=["a"])
    before = zendesk.ticket(ticket_id)["updated_at"]
    zendesk.clock.advance(5)
    answer = put(zendesk_http, ticket_id, tags=["a"]).json()
    assert (answer["ticket"]["updated_at"], answer["audit"]["events"]) == (before, [])
    assert len(zendesk.ticket(ticket_id)["audits"]) == 1
    put(zendesk_http, ticket_id, tags=["b"])
    assert zendesk.ticket(ticket_id)["updated_at"] > before
    assert len(before) == len("2026-01-02T03:04:05Z")


def test_closed_deleted_and_unknown_tickets(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    zendesk.close(ticket_id)
    answer = put(zendesk_http, ticket_id, tags=["a"])
    assert answer.status_code == 422
    assert answer.json()["details"]["status"][0]["description"] == "Status: closed prevents ticket update"
    assert zendesk_http.get(f"/tickets/{ticket_id}").json()["ticket"]["status"] == "closed"
    zendesk.delete(ticket_id)
    for gone in (ticket_id, 1):
        answer = zendesk_http.get(f"/tickets/{gone}")
        assert (answer.status_code, answer.json()["error"]) == (404, "RecordNotFound")
    assert zendesk.ticket(ticket_id)["status"] == "deleted"
    assert zendesk_http.get("/tikets").json()["error"] == "InvalidEndpoint"


def test_a_merged_ticket_is_closed_with_a_tag_and_both_have_a_note(zendesk: ZendeskSandbox) -> None:
    source, target = zendesk.create_ticket(tags=["a"]), zendesk.create_ticket()
    zendesk.merge(source, target)
    merged = zendesk.ticket(source)
    assert (merged["status"], merged["tags"]) == ("closed", ["a", "closed_by_merge"])
    notes = [zendesk.ticket(ticket_id)["comments"][-1] for ticket_id in (source, target)]
    assert [str(other) in note["body"] for other, note in zip((target, source), notes, strict=True)] == [True, True]
    assert not any(note["public"] for note in notes)


def test_marking_as_spam_suspends_the_requester(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(requester={"name": "Spam", "email": "spam@bad.example"})
    assert zendesk_http.put(f"/tickets/{ticket_id}/mark_as_spam", json={}).status_code == 200
    view = zendesk.ticket(ticket_id)
    assert (view["status"], view["spam"], view["requester"]["suspended"]) == ("deleted", True, True)
    assert zendesk_http.get(f"/tickets/{ticket_id}").status_code == 404


def test_a_public_reply_is_mailed_and_a_note_is_not(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    for public in (False, True):
        events = put(zendesk_http, ticket_id, comment={"body": "x", "public": public}).json()["audit"]["events"]
        assert ("Notification" in [event["type"] for event in events]) is public


def test_html_is_kept_and_shown_as_text_too(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    html = "<p>Tracked as <a href='https://x.example/7'>#7</a></p><ul><li>one</li><li>two</li></ul>"
    put(zendesk_http, ticket_id, comment={"html_body": html, "public": False})
    comment = zendesk.ticket(ticket_id)["comments"][-1]
    assert html in comment["html_body"]
    assert comment["body"] == "Tracked as #7\n\n- one\n\n- two"


def test_comments_and_audits_page_both_ways(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="0")
    for number in range(1, 5):
        zendesk.add_comment(ticket_id, str(number))
    first = zendesk_http.get(f"/tickets/{ticket_id}/comments?page[size]=3").json()
    assert ([comment["body"] for comment in first["comments"]], first["meta"]["has_more"]) == (["0", "1", "2"], True)
    rest = zendesk_http.get(first["links"]["next"]).json()
    assert ([comment["body"] for comment in rest["comments"]], rest["meta"]["has_more"]) == (["3", "4"], False)
    newest = zendesk_http.get(f"/tickets/{ticket_id}/comments?sort=-created_at&per_page=2&include=users").json()
    assert ([comment["body"] for comment in newest["comments"]], newest["count"]) == (["4", "3"], 5)
    assert len(newest["users"]) == 1
    assert zendesk_http.get(newest["next_page"]).json()["comments"][0]["body"] == "2"
    assert len(zendesk_http.get(f"/tickets/{ticket_id}/audits").json()["audits"]) == 5
    for bad in ("page[size]=x", "page[size]=1&page[after]=x", "page=0"):
        assert zendesk_http.get(f"/tickets/{ticket_id}/comments?{bad}").status_code == 400


def test_a_requesters_comment_opens_a_waiting_ticket(zendesk: ZendeskSandbox) -> None:
    ticket_id = zendesk.create_ticket()
    zendesk.set_status(ticket_id, "hold")
    zendesk.add_comment(ticket_id, "checking", author=zendesk.advocate_id, public=False)
    assert zendesk.ticket(ticket_id)["status"] == "hold"
    zendesk.add_comment(ticket_id, "any news?")
    assert zendesk.ticket(ticket_id)["status"] == "open"


def test_one_person_is_known_by_address_or_handle(zendesk: ZendeskSandbox) -> None:
    ids = [
        zendesk.ticket(zendesk.create_ticket(requester=requester))["requester"]["id"]
        for requester in (
            {"name": "A", "email": "same@known.example"},
            {"name": "A again", "email": "same@known.example"},
            {"name": "B", "handle": "@known"},
            {"name": "B", "handle": "@known"},
            {"name": "C"},
            {"name": "C"},
        )
    ]
    assert (ids[0] == ids[1], ids[2] == ids[3], ids[4] == ids[5]) == (True, True, False)


def test_assigning_a_new_ticket_opens_it(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket()
    put(zendesk_http, ticket_id, assignee_id=zendesk.advocate_id)
    assert zendesk.ticket(ticket_id)["status"] == "open"


class TestCreating:
    def test_makes_a_ticket_with_a_requester(self, zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
        feed = zendesk.ticket(zendesk.create_ticket(requester={"name": "Feed", "email": "feed@new.example"}))
        given = {
            "subject": "From a feed",
            "comment": {"body": "text"},
            "requester_id": feed["requester"]["id"],
            "tags": ["mention"],
        }
        answer = zendesk_http.post("/tickets", json={"ticket": given})
        assert answer.status_code == 201
        view = zendesk.ticket(answer.json()["ticket"]["id"])
        assert (view["requester"]["email"], view["tags"]) == ("feed@new.example", ["mention"])

    def test_the_same_key_makes_one_ticket(self, zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
        given = {"ticket": {"subject": "s", "description": "d"}}
        headers = {"Idempotency-Key": "key-1"}
        first = zendesk_http.post("/tickets", json=given, headers=headers)
        again = zendesk_http.post("/tickets", json=given, headers=headers)
        assert first.json()["ticket"]["id"] == again.json()["ticket"]["id"]
        assert [a.headers["x-idempotency-lookup"] for a in (first, again)] == ["miss", "hit"]
        other = zendesk_http.post("/tickets", json={"ticket": {"description": "e"}}, headers=headers)
        assert (other.status_code, other.json()["error"]) == (400, "IdempotentRequestError")
        zendesk.clock.advance(2 * 3600 + 1)
        assert zendesk_http.post("/tickets", json=given, headers=headers).headers["x-idempotency-lookup"] == "miss"

    def test_needs_a_text_and_known_keys(self, zendesk_http: httpx.Client) -> None:
        for given, status in (({"subject": "s"}, 422), ({"description": "d", "x": 1}, 400)):
            assert zendesk_http.post("/tickets", json={"ticket": given}).status_code == status
        stranger = {"description": "d", "requester_id": 1}
        assert zendesk_http.post("/tickets", json={"ticket": stranger}).status_code == 422

    def test_a_follow_up_needs_a_closed_ticket(self, zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
        ticket_id = zendesk.create_ticket(tags=["kept"])
        given = {"description": "d", "via_followup_source_id": ticket_id}
        assert zendesk_http.post("/tickets", json={"ticket": given}).status_code == 422
        zendesk.close(ticket_id)
        made = zendesk_http.post("/tickets", json={"ticket": given}).json()["ticket"]
        assert (made["via"]["source"]["rel"], made["tags"]) == ("follow_up", ["kept"])
        assert zendesk.ticket(ticket_id)["followup_ids"] == [made["id"]]
