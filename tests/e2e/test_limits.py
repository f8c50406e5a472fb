"""Limits and outages: no refusal is provoked, nothing is lost or doubled, and what is not concerned goes on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from integrations.sandbox import Fault
from tests.support.harness import PROJECT, Harness, running_harness, wait_until
from tests.support.paths import ROOT

PRAISE = "@gitlab thank you for the great release!"
BUG = "@gitlab since 11.4 the Web IDE eats my tabs. Makefiles are not amused, it worked in 11.3"
OTHER_BUGS = (
    "the Web IDE eats my tabs", "the wiki sidebar vanishes in Safari", "LDAP sync removes group owners",
    "merge request avatars are cropped", "the board loses its last column", "SSH keys with comments are refused",
    "imported snippets lose their line ends", "the calendar starts on Sunday in Polish", "Geo skips LFS objects",
    "container images keep deleted tags", "the audit log shows names twice", "milestone charts ignore weekends",
)  # fmt: skip
MINUTE = 12
BULK_FROM = 10
"""`limits.bulk_from` of the shipped routing.yaml."""


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Harness]:
    """Zendesk takes twelve updates a minute; no tag waits for GitLab."""
    routing = tmp_path / "routing.yaml"
    routing.write_text((ROOT / "routing.yaml").read_text().replace("issue_wait: 20", "issue_wait: 0"))
    with running_harness(tmp_path, ROUTING_FILE=str(routing)) as harness:
        harness.sandbox.zendesk.limits.updates_per_minute = MINUTE
        yield harness


def statuses(harness: Harness, path: str = ".*") -> Counter[int]:
    calls = [*harness.sandbox.zendesk.calls, *harness.sandbox.gitlab.calls]
    return Counter(call.status for call in calls if re.fullmatch(path, call.path))


def our_comments(harness: Harness, ticket_id: int) -> int:
    return len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) - 1


def is_done(harness: Harness, ticket_id: int) -> bool:
    return harness.state(ticket_id) == "done"


def learn_the_limit(harness: Harness) -> None:
    harness.triaged(PRAISE)


def give_it_back(harness: Harness) -> None:
    harness.sandbox.zendesk.limits.updates_per_minute = 1000
    harness.sandbox.zendesk.clock.advance(61)
    harness.service.deps.records.rate_limits.forget(ended_before=float("inf"))


def let_the_rest_go(harness: Harness, tickets: list[int]) -> None:
    """Too few for a job, they would go in the next minute or the one after: a second delivery is sooner."""
    give_it_back(harness)
    for ticket_id in tickets:
        if not is_done(harness, ticket_id):
            harness.deliver(ticket_id, event="ticket.updated")


def refused_items() -> float:
    return REGISTRY.get_sample_value("pointsman_bulk_updates_total", {"outcome": "alone"}) or 0.0


def test_past_the_limit_updates_go_as_bulk_jobs_and_nothing_is_refused(limited: Harness) -> None:
    learn_the_limit(limited)
    tickets = [limited.ticket(BUG if number == 20 else PRAISE) for number in range(26)]
    for ticket_id in tickets:
        assert limited.deliver(ticket_id) == [202]
    wait_until(lambda: statuses(limited, "/api/v2/tickets/update_many")[200])
    wait_until(
        lambda: sum(is_done(limited, ticket_id) for ticket_id in tickets) > 26 - BULK_FROM, seconds=120, pause=0.25
    )
    let_the_rest_go(limited, tickets)
    for ticket_id in tickets:
        assert limited.decision(ticket_id)["state"] == "done"
    assert statuses(limited)[429] == 0
    assert [our_comments(limited, ticket_id) for ticket_id in tickets] == [1] * 26
    single = statuses(limited, r"/api/v2/tickets/\d+")
    assert statuses(limited, "/api/v2/tickets/update_many")[200] >= 1
    assert single[200] >= 26
    # What follows a write follows this one too: the issue is linked.
    assert limited.decision(tickets[20])["links"]


def test_an_item_that_zendesk_refuses_is_decided_anew_and_keeps_what_a_person_did(limited: Harness) -> None:
    learn_the_limit(limited)
    tickets = [limited.ticket(PRAISE) for _ in range(24)]
    for ticket_id in tickets:
        limited.deliver(ticket_id)
    waiting, refused_before = limited.service.deps.records.outbox, refused_items()
    wait_until(lambda: waiting.count() >= BULK_FROM)
    changed = next(one for one in tickets if waiting.of_ticket(one))
    limited.sandbox.zendesk.clock.advance(2)
    limited.sandbox.zendesk.set_tags(changed, ["vip"], limited.sandbox.zendesk.advocate_id)
    wait_until(lambda: refused_items() > refused_before)
    let_the_rest_go(limited, tickets)
    for ticket_id in tickets:
        assert limited.decision(ticket_id)["state"] == "done"
    assert "vip" in limited.sandbox.zendesk.ticket(changed)["tags"]
    assert [our_comments(limited, ticket_id) for ticket_id in tickets] == [1] * 24


def test_a_second_delivery_of_a_ticket_that_waits_takes_its_update_back(limited: Harness) -> None:
    learn_the_limit(limited)
    tickets = [limited.ticket(PRAISE) for _ in range(16)]  # fewer are left over than a bulk job needs
    for ticket_id in tickets:
        limited.deliver(ticket_id)
    waiting = limited.service.deps.records.outbox
    wait_until(lambda: waiting.count() == 8)
    parked = [one for one in tickets if waiting.of_ticket(one)]
    give_it_back(limited)
    for ticket_id in parked:
        limited.deliver(ticket_id, event="ticket.updated")
    wait_until(lambda: waiting.count() == 0)
    for ticket_id in tickets:
        assert limited.decision(ticket_id)["state"] == "done"
    assert [our_comments(limited, ticket_id) for ticket_id in tickets] == [1] * 16


def test_a_gitlab_that_is_down_is_left_alone_and_tags_go_on(limited: Harness) -> None:
    limited.sandbox.zendesk.limits.updates_per_minute = 10_000
    limited.sandbox.gitlab.faults.add(Fault(path=".*", times=0, kind="status", status=503))
    # Each of its own: of tickets about the same one asks, and the others wait for it.
    bugs = [limited.ticket(f"since 11.4 {bug}, it worked in 11.3") for bug in OTHER_BUGS]
    for ticket_id in bugs:
        limited.deliver(ticket_id)
    for ticket_id in bugs:
        limited.decision(ticket_id, "waiting")
        assert "archetype__bug_report" in limited.sandbox.zendesk.ticket(ticket_id)["tags"]
    assert limited.service.outbound.breaker.state()["gitlab"].state != "closed"
    assert 'pointsman_circuit_open{service="gitlab"} 1.0' in limited.web.get("/metrics").text
    wait_until(lambda: limited.web.get("/readyz").json()["parts"]["gitlab"]["detail"] == "circuit_open", pause=0.25)
    asked = len(limited.sandbox.gitlab.calls)
    assert asked < 25, "a probe now and then, not a call for each ticket and try"

    limited.sandbox.gitlab.faults.clear()
    for ticket_id in bugs:
        decision = limited.decision(ticket_id)
        assert decision["links"], "the link follows"
    assert limited.service.outbound.breaker.state()["gitlab"].state == "closed"
    assert len(limited.sandbox.gitlab.issues(PROJECT)) <= len(OTHER_BUGS)


def test_a_zendesk_that_is_down_uses_up_no_tries_and_its_backlog_drains_in_order(limited: Harness) -> None:
    limited.sandbox.zendesk.limits.updates_per_minute = 10_000
    tickets = [limited.ticket(PRAISE) for _ in range(16)]
    limited.sandbox.zendesk.faults.add(Fault(path=".*", times=0, kind="status", status=502))
    for ticket_id in tickets:
        assert limited.deliver(ticket_id) == [202]
    wait_until(lambda: limited.service.outbound.breaker.state().get("zendesk"))
    limited.sandbox.zendesk.calls_clear()
    wait_until(lambda: limited.service.outbound.breaker.state()["zendesk"].probes >= 2)
    assert len(limited.sandbox.zendesk.calls) <= 8
    assert "the oldest for" in limited.service.check_queue()
    limited.sandbox.zendesk.faults.clear()
    for ticket_id in tickets:
        assert limited.decision(ticket_id)["state"] == "done"
    assert [our_comments(limited, ticket_id) for ticket_id in tickets] == [1] * 16
