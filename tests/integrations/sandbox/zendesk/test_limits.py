"""Zendesk's rate limits: counted by the sandbox's clock, told in the headers that the real service sends."""

from __future__ import annotations

import httpx

from integrations.sandbox import ZendeskSandbox


def put(client: httpx.Client, ticket_id: int, tag: str) -> httpx.Response:
    return client.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": [tag]}})


def test_a_ticket_takes_thirty_updates_in_ten_minutes(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.clock.hold()
    ticket_id, other_id = zendesk.create_ticket(), zendesk.create_ticket()
    answers = [put(zendesk_http, ticket_id, f"t{number}") for number in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[0].headers["zendesk-ratelimit-per-ticket-updates"] == "total=30; remaining=29; resets=600"
    assert answers[30].headers["retry-after"] == "600"
    assert zendesk.ticket(ticket_id)["tags"] == ["t29"]
    assert put(zendesk_http, other_id, "a").status_code == 200
    zendesk.clock.advance(600)
    assert put(zendesk_http, ticket_id, "later").status_code == 200


def test_the_account_has_a_limit_of_updates(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.clock.hold()
    zendesk.limits.updates_per_minute = 2
    ids = [zendesk.create_ticket() for _ in range(3)]
    answers = [put(zendesk_http, ticket_id, "a") for ticket_id in ids]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1].headers["zendesk-ratelimit-tickets-update"] == "total=2; remaining=0; resets=60"
    assert answers[2].json()["error"] == "APIRateLimitExceeded"
    assert zendesk_http.get(f"/tickets/{ids[2]}").status_code == 200


def test_the_account_has_a_limit_of_requests(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    zendesk.clock.hold()
    zendesk.limits.requests_per_minute = 1
    first, second = zendesk_http.get("/users/me"), zendesk_http.get("/users/me")
    assert (first.status_code, second.status_code) == (200, 429)
    assert (first.headers["x-rate-limit"], first.headers["ratelimit-remaining"]) == ("1", "0")
    assert second.headers["retry-after"].isdecimal()
    zendesk.clock.advance(60)
    assert zendesk_http.get("/users/me").status_code == 200
