"""People and groups, read over HTTP."""

from __future__ import annotations

import httpx

from integrations.sandbox import ZendeskSandbox


def test_me_is_nobody_without_credentials(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    assert zendesk_http.get("/users/me.json").json()["user"]["id"] == zendesk.bot_user_id
    answer = httpx.get(f"{zendesk.url}/api/v2/users/me.json")
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, None)


def test_people_can_be_read_by_id_and_by_address(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(requester={"name": "Findme", "email": "findme@people.example"})
    person_id = zendesk.ticket(ticket_id)["requester"]["id"]
    assert zendesk_http.get(f"/users/{person_id}").json()["user"]["name"] == "Findme"
    found = zendesk_http.get("/users/search", params={"query": "email:findme@people.example"}).json()["users"]
    assert [user["id"] for user in found] == [person_id]
    assert zendesk_http.get("/users/1").status_code == 404


def test_groups_are_listed_in_pages(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.create_ticket(group="Facebook")
    groups = zendesk_http.get("/groups.json?page[size]=100").json()
    assert {"Community", "Facebook"} <= {group["name"] for group in groups["groups"]}
    assert groups["meta"]["has_more"] is False
