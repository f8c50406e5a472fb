"""Limits in simulated time: kept by all workers together, learned from answers, and waited for."""

from __future__ import annotations

import random
from collections import Counter
from heapq import heapify, heappop, heappush

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.work.limits.outbound import OutboundCalls
from app.work.limits.rate_limiter import Priority, at_priority
from integrations.errors import NotSent
from tests.support.limiters import Workers

TICKET = "/api/v2/tickets/7.json"
REQUESTS_LEFT = {"ratelimit-limit": "700", "ratelimit-reset": "60"}


def asked(outbound: OutboundCalls, method: str = "PUT", path: str = TICKET, service: str = "zendesk") -> float:
    """0 when the call may go out, else how long it has to wait."""
    try:
        outbound.limiter.take(service, method, path)
    except NotSent as error:
        return error.retry_after or -1.0
    return 0.0


def learn_updates(outbound: OutboundCalls, *, total: int, remaining: int, resets: int) -> None:
    said = f"total={total}; remaining={remaining}; resets={resets}"
    outbound.limiter.learn("zendesk", "PUT", TICKET, 200, {"zendesk-ratelimit-tickets-update": said})


def test_all_workers_together_keep_the_limit_and_leave_the_reserve(workers: Workers) -> None:
    processes = [workers.outbound() for _ in range(4)]
    sent = sum(asked(processes[number % 4]) == 0 for number in range(150))
    assert sent == 80


def test_the_next_window_has_all_of_it_again(workers: Workers) -> None:
    outbound = workers.outbound()
    assert sum(asked(outbound) == 0 for _ in range(80)) == 80
    assert asked(outbound) > 0
    workers.clock.advance(300)
    assert asked(outbound) == 0


def test_calls_that_are_put_off_come_back_in_order_spread_over_the_windows(workers: Workers) -> None:
    outbound = workers.outbound()
    waits = [wait for _ in range(280) if (wait := asked(outbound))]
    assert waits == sorted(waits)
    per_minute = Counter(int(wait // 60) for wait in waits)
    assert per_minute == {1: 80, 2: 80, 3: 40}


def test_a_long_backlog_drains_at_the_limit_with_few_tries_also_while_new_work_comes(workers: Workers) -> None:
    """600 updates at once, and twenty more in each minute, at 80 a minute. All back in each window: 4.4 tries."""
    outbound = workers.outbound()
    start = workers.clock()
    due = [(start + number / 10, 0) for number in range(600)]
    due += [(start + 60 + 3 * number, 0) for number in range(120)]
    heapify(due)
    per_window: Counter[int] = Counter()
    tries = 0
    while due:
        at, number = heappop(due)
        workers.clock.seconds = max(workers.clock(), at)
        tries += 1
        if wait := asked(outbound):
            heappush(due, (workers.clock() + wait, number + 1))
        else:
            per_window[int((workers.clock() - start) // 60)] += 1
    assert per_window.total() == 720
    assert max(per_window.values()) <= 2 * 80, "windows of the service begin at any time"
    assert len(per_window) <= 11, "at 80 a minute it takes nine of them"
    assert tries <= 3 * 720


def test_bulk_work_leaves_half_to_what_people_wait_for(workers: Workers) -> None:
    outbound = workers.outbound()
    with at_priority(Priority.BULK):
        assert sum(asked(outbound) == 0 for _ in range(100)) == 50
        assert 60 <= asked(outbound) <= 121
    assert sum(asked(outbound) == 0 for _ in range(100)) == 30


def test_urgent_calls_may_use_half_of_the_reserve_and_come_back_first(workers: Workers) -> None:
    outbound = workers.outbound()
    assert len([wait for _ in range(400) if (wait := asked(outbound))]) == 320
    with at_priority(Priority.URGENT):
        assert asked(outbound) == 0, "nobody else gets one"
        assert [asked(outbound) for _ in range(12)][-1] == pytest.approx(61)


def test_the_total_and_what_others_use_are_learned_from_the_answers(workers: Workers) -> None:
    one, other = workers.outbound(), workers.outbound()
    assert asked(one) == 0
    learn_updates(one, total=300, remaining=299, resets=60)
    assert sum(asked(other) == 0 for _ in range(300)) == 240 - 1
    workers.clock.advance(300)
    assert asked(one) == 0
    learn_updates(one, total=300, remaining=70, resets=59)
    assert sum(asked(other) == 0 for _ in range(300)) == 10, "people are working: 60 of 300 are theirs, 10 are left"


def test_what_an_old_answer_says_is_not_believed(workers: Workers) -> None:
    outbound = workers.outbound()
    learn_updates(outbound, total=100, remaining=99, resets=60)
    assert sum(asked(outbound) == 0 for _ in range(80)) == 79
    workers.clock.advance(2)
    learn_updates(outbound, total=100, remaining=99, resets=60)
    assert asked(outbound) > 0


def test_a_ticket_at_its_own_limit_waits_alone(workers: Workers) -> None:
    outbound = workers.outbound()
    headers = {"zendesk-ratelimit-per-ticket-updates": "total=30; remaining=4; resets=400"}
    outbound.limiter.learn("zendesk", "PUT", TICKET, 200, headers)
    assert asked(outbound) == pytest.approx(401)
    assert asked(outbound, path="/api/v2/tickets/8.json") == 0
    workers.clock.advance(402)
    assert asked(outbound) == 0


def test_a_refusal_without_headers_stops_that_kind_of_call_only(workers: Workers) -> None:
    outbound = workers.outbound()
    outbound.limiter.learn("gitlab", "POST", "/api/v4/projects/7/issues/3/notes", 429, {})
    assert asked(outbound, "POST", "/api/v4/projects/7/issues/4/notes", "gitlab") >= 59
    assert asked(outbound, "GET", "/api/v4/projects/7/issues", "gitlab") == 0
    assert asked(outbound, "POST", "/api/v4/projects/7/issues", "gitlab") == 0


def test_issues_count_for_each_project_and_notes_for_all(workers: Workers) -> None:
    workers.limits.update(gitlab_issues=10, gitlab_notes=10, reserve=0.0)
    outbound = workers.outbound()
    for project in (7, 8):
        path = f"/api/v4/projects/{project}/issues"
        assert sum(asked(outbound, "POST", path, "gitlab") == 0 for _ in range(20)) == 10
    notes = (f"/api/v4/projects/{project}/issues/1/notes" for project in (7, 8) for _ in range(20))
    assert sum(asked(outbound, "POST", path, "gitlab") == 0 for path in notes) == 10


def test_too_many_jobs_stop_no_other_call(workers: Workers) -> None:
    outbound = workers.outbound()
    headers = {"x-rate-limit": "400", "x-rate-limit-remaining": "300"}
    outbound.limiter.learn("zendesk", "PUT", "/api/v2/tickets/update_many.json", 429, headers)
    assert asked(outbound, "GET") == 0


def test_reads_keep_the_limit_that_the_service_tells(workers: Workers) -> None:
    one, other = workers.outbound(), workers.outbound()
    assert asked(one, "GET") == 0, "nothing is known yet"
    headers = {"ratelimit-limit": "400", "ratelimit-remaining": "399", "ratelimit-reset": "60"}
    one.limiter.learn("zendesk", "GET", TICKET, 200, headers)
    workers.clock.advance(1)
    assert sum(asked((one, other)[number % 2], "GET") == 0 for number in range(600)) == 319


def test_a_call_takes_from_all_its_limits_or_from_none(workers: Workers) -> None:
    outbound = workers.outbound()
    assert asked(outbound) == 0
    outbound.limiter.learn("zendesk", "GET", TICKET, 429, {**REQUESTS_LEFT, "ratelimit-remaining": "0"})
    assert asked(outbound) > 0
    (updates,) = [limit for limit in outbound.limiter.state() if limit.name == "zendesk:updates"]
    assert updates.remaining == 99, "only the first call"


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), limit=st.integers(1, 60), reserve=st.sampled_from([0.0, 0.2, 0.5]))
def test_no_window_ever_gets_more_than_its_share(workers: Workers, seed: int, limit: int, reserve: float) -> None:
    """Work comes at random, what is put off comes back; the service counts in windows of its own."""
    workers.clock.advance(10_000)
    workers.limits.update(zendesk_updates=limit, reserve=reserve)
    processes = [workers.outbound() for _ in range(3)]
    chance = random.Random(seed)
    due = sorted((workers.clock() + chance.uniform(0, 300), 0) for _ in range(120))
    began: float | None = None
    per_window: Counter[int] = Counter()
    done = 0
    while due:
        at, waits = due.pop(0)
        workers.clock.seconds = max(workers.clock(), at)
        if wait := asked(chance.choice(processes)):
            assert waits < 60, "it is passed over for ever"
            due = sorted([*due, (workers.clock() + wait, waits + 1)])
            continue
        began = workers.clock() if began is None else began
        done += 1
        per_window[int(workers.clock() // 60)] += 1
    assert done == 120
    assert max(per_window.values()) <= 2 * max(1, limit)


def test_after_a_refusal_nothing_is_sent_until_the_next_window(workers: Workers) -> None:
    outbound = workers.outbound()
    outbound.limiter.learn("zendesk", "GET", TICKET, 200, {**REQUESTS_LEFT, "ratelimit-remaining": "699"})
    assert asked(outbound, "GET") == 0
    outbound.limiter.learn("zendesk", "GET", TICKET, 429, {**REQUESTS_LEFT, "ratelimit-remaining": "0"})
    assert asked(outbound, "GET") >= 59
    workers.clock.advance(200)
    assert asked(outbound, "GET") == 0


def left(outbound: OutboundCalls) -> int:
    (updates,) = [limit for limit in outbound.limiter.state() if limit.name == "zendesk:updates"]
    return updates.remaining


def test_a_busy_process_takes_several_calls_at_once_and_a_quiet_one_one(workers: Workers) -> None:
    workers.limits.update(zendesk_updates=1000)
    outbound = workers.outbound()
    found = []
    for _ in range(8):
        assert asked(outbound) == 0
        found.append(1000 - left(outbound))
    assert found == [1, 5, 5, 5, 5, 21, 21, 21], "taken by then: one, four, sixteen"
    workers.clock.advance(6)
    assert asked(outbound) == 0
    assert 1000 - left(outbound) == 9, "what was not spent is given back"


def test_an_answer_that_says_less_ends_what_was_taken_before(workers: Workers) -> None:
    workers.limits.update(zendesk_updates=1000)
    outbound = workers.outbound()
    assert [asked(outbound) for _ in range(8)] == [0] * 8
    learn_updates(outbound, total=1000, remaining=0, resets=60)
    assert asked(outbound) > 0
