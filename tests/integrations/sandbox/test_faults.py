"""Each kind of fault, over real connections: whether the request was applied, and what its sender saw."""

from __future__ import annotations

import time

import httpx
import pytest

from integrations.sandbox import Fault, Sandbox, ZendeskSandbox
from integrations.sandbox.faults import FaultSchedule, Kind

PUT_TICKET = r"/api/v2/tickets/\d+"


def put(client: httpx.Client, ticket_id: int, tags: list[str]) -> httpx.Response:
    return client.put(f"/tickets/{ticket_id}.json", json={"ticket": {"tags": tags}})


def test_status_is_answered_without_applying_the_request(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault("PUT", PUT_TICKET, "status", status=429, headers={"Retry-After": "7"}, body="slow down"))
    answer = put(zendesk_http, ticket_id, ["a"])
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (429, "7", "slow down")
    assert zendesk.ticket(ticket_id)["tags"] == []
    assert put(zendesk_http, ticket_id, ["a"]).status_code == 200


def test_status_after_applies_the_request_all_the_same(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault("PUT", PUT_TICKET, "status_after", status=503))
    assert put(zendesk_http, ticket_id, ["a"]).status_code == 503
    assert zendesk.ticket(ticket_id)["tags"] == ["a"]


@pytest.mark.parametrize(("kind", "tags"), [("drop_before", []), ("drop_after", ["a"])])
def test_a_dropped_connection_gives_no_answer_but_may_have_acted(
    zendesk: ZendeskSandbox, zendesk_http: httpx.Client, kind: Kind, tags: list[str]
) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault("PUT", PUT_TICKET, kind))
    with pytest.raises(httpx.RemoteProtocolError):
        put(zendesk_http, ticket_id, ["a"])
    assert zendesk.ticket(ticket_id)["tags"] == tags
    assert [(call.fault, call.status) for call in zendesk.calls] == [(kind, 0)]


def test_garbage_is_not_json_although_it_says_so(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault(kind="garbage"))
    answer = put(zendesk_http, ticket_id, ["a"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert zendesk.ticket(ticket_id)["tags"] == ["a"]


def test_a_late_answer_comes_after_the_request_was_applied(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault(kind="delay", seconds=5))
    with pytest.raises(httpx.ReadTimeout):
        zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": ["a"]}}, timeout=0.1)
    assert zendesk.ticket(ticket_id)["tags"] == ["a"]


def test_a_request_can_be_applied_after_its_sender_gave_up(zendesk: ZendeskSandbox, zendesk_http: httpx.Client) -> None:
    ticket_id = zendesk.create_ticket(body="x")
    zendesk.faults.add(Fault(kind="delay_before", seconds=0.2))
    with pytest.raises(httpx.ReadTimeout):
        zendesk_http.put(f"/tickets/{ticket_id}", json={"ticket": {"tags": ["a"]}}, timeout=0.05)
    assert zendesk.ticket(ticket_id)["tags"] == []
    deadline = time.monotonic() + 60
    while not zendesk.ticket(ticket_id)["tags"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert zendesk.ticket(ticket_id)["tags"] == ["a"]


def test_latency_is_added_to_the_api_but_not_to_pages(sandbox: Sandbox, zendesk_http: httpx.Client) -> None:
    sandbox.zendesk.latency = 0.15
    started = time.monotonic()
    zendesk_http.get("/users/me")
    assert time.monotonic() - started >= 0.15
    sandbox.zendesk.latency = 60
    assert httpx.get(f"{sandbox.zendesk.url}/sandbox", timeout=30).status_code == 200


def test_faults_hit_whole_paths_of_one_method_and_spare_the_first() -> None:
    book = FaultSchedule()
    book.add(Fault("GET", r"/api/v4/projects/[^/]+/issues", times=2, after=1))
    hit = [book.take("GET", "/api/v4/projects/a%2Fb/issues") is not None for _ in range(4)]
    assert hit == [False, True, True, False]
    book.add(Fault("GET", r"/a", times=0))
    assert book.take("GET", "/a/b") is None
    assert book.take("POST", "/a") is None
    assert all(book.take("GET", "/a") for _ in range(5))
    book.clear()
    assert book.take("GET", "/a") is None


def test_faults_by_chance_are_the_same_for_the_same_seed() -> None:
    def run() -> list[bool]:
        book = FaultSchedule()
        book.seed(7)
        book.add(Fault(chance=0.3, times=0))
        return [book.take("GET", "/") is not None for _ in range(50)]

    assert run() == run()
    assert 5 < sum(run()) < 25
