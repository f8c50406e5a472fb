"""People, groups and the account's lists, read over HTTP."""

from __future__ import annotations

import httpx

from integrations.sandbox import ZendeskSandbox

from ..conftest import Receiver


def test_me_is_nobody_without_credentials(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    assert zendesk_http.get("/users/me.json").json()["user"]["id"] == zendesk.bot_user_id
    answer = httpx.get(f"{zendesk.url}/api/v2/users/me.json")
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, None)


def test_people_can_be_read_one_by_one_together_and_by_address(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client
) -> None:
    ticket_id = zendesk.create_ticket(requester={"name": "Findme", "email": "findme@people.example"})
    person_id = zendesk.ticket(ticket_id)["requester"]["id"]
    assert zendesk_http.get(f"/users/{person_id}").json()["user"]["name"] == "Findme"
    many = zendesk_http.get(f"/users/show_many?ids={person_id},{zendesk.advocate_id},1").json()["users"]
    assert {user["role"] for user in many} == {"end-user", "agent"}
    found = zendesk_http.get("/users/search", params={"query": "email:findme@people.example"}).json()["users"]
    assert [user["id"] for user in found] == [person_id]
    staff = zendesk_http.get("/users?role[]=agent&role[]=admin").json()["users"]
    assert {user["id"] for user in staff} == {zendesk.bot_user_id, zendesk.advocate_id}
    assert zendesk_http.get("/users/1").status_code == 404


def test_groups_organizations_and_brands(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.create_ticket(group="Facebook", brand="Other", organization={"name": "Listed", "tags": ["x"]})
    groups = zendesk_http.get("/groups.json?page[size]=100").json()
    assert ({"Community", "Facebook"} <= {g["name"] for g in groups["groups"]}, groups["meta"]["has_more"]) == (
        True,
        False,
    )
    assert zendesk_http.get("/groups/assignable").json()["count"] == len(groups["groups"])
    assert zendesk_http.get(f"/groups/{groups['groups'][0]['id']}").json()["group"]["name"] == "Community"
    listed = zendesk_http.get("/organizations").json()["organizations"]
    wanted = next(organization for organization in listed if organization["name"] == "Listed")
    assert zendesk_http.get(f"/organizations/{wanted['id']}").json()["organization"]["tags"] == ["x"]
    assert "Other" in {brand["name"] for brand in zendesk_http.get("/brands").json()["brands"]}
    for path in ("/groups/1", "/organizations/1", "/ticket_fields/1"):
        assert zendesk_http.get(path).status_code == 404


def test_fields_statuses_and_macros(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    field = zendesk.add_field("Listed field", "tagger", ["one", "two"])
    options = zendesk_http.get(f"/ticket_fields/{field}").json()["ticket_field"]["custom_field_options"]
    assert [option["value"] for option in options] == ["one", "two"]
    assert field in {row["id"] for row in zendesk_http.get("/ticket_fields").json()["ticket_fields"]}
    holds = zendesk_http.get("/custom_statuses?status_categories=hold").json()["custom_statuses"]
    assert [(row["agent_label"], row["default"]) for row in holds] == [
        ("On-hold", True),
        ("Waiting for an issue", False),
    ]
    zendesk.add_macro("Mention", [{"field": "status", "value": "solved"}])
    zendesk.add_macro("Old", active=False)
    titles = {macro["title"] for macro in zendesk_http.get("/macros?active=true").json()["macros"]}
    assert ("Mention" in titles, "Old" in titles) == (True, False)


def test_webhooks_and_what_became_of_their_deliveries(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, receiver: Receiver
) -> None:
    zendesk.subscribe(receiver.url)
    receiver.status = 500
    zendesk.deliver(zendesk.create_ticket())
    webhook = zendesk_http.get("/webhooks").json()["webhooks"][0]
    assert webhook["endpoint"] == receiver.url
    assert receiver.received[0][0]["x-zendesk-webhook-id"] == webhook["id"]
    path = f"/webhooks/{webhook['id']}"
    assert zendesk_http.get(path).json()["webhook"] == webhook
    assert zendesk_http.get(f"{path}/signing_secret").json()["signing_secret"]["secret"] == zendesk.webhook_secret
    rows = zendesk_http.get(f"{path}/invocations?filter[status]=failed").json()["invocations"]
    assert [row["status_code"] for row in rows] == [500]
    assert "errors" in zendesk_http.get("/webhooks/none").json()
