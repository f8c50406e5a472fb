"""Budgets in simulated time: kept by all workers together, learned from answers, and waited for in order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.records.budgets import Budget
from app.work.limits.outbound import Guard
from app.work.limits.priority import on_errand
from integrations.errors import NotSent
from tests.support.limiters import Workers, answer, request

BULK: Mapping[str, object] = {"bulk": True}
RETURNED: Mapping[str, object] = {"waits": 1}


def asked(guard: Guard, method: str = "PUT", path: str = "/api/v2/tickets/7.json", service: str = "zendesk") -> float:
    """0 when the call may go out, else how long it has to wait."""
    try:
        guard.purse.take(service, method, path)
    except NotSent as error:
        return error.retry_after or -1.0
    return 0.0


def test_all_workers_together_keep_the_limit_and_leave_the_reserve(workers: Workers) -> None:
    guards = [workers.guard() for _ in range(4)]
    sent = sum(asked(guards[number % 4]) == 0 for number in range(150))
    assert sent == 80


def test_the_next_window_has_all_of_it_again(workers: Workers) -> None:
    guard = workers.guard()
    assert sum(asked(guard) == 0 for _ in range(80)) == 80
    assert asked(guard) > 0
    workers.clock.advance(300)
    assert asked(guard) == 0


def test_turns_are_given_in_order_and_spread_over_the_windows(workers: Workers) -> None:
    guard = workers.guard()
    waits = [wait for _ in range(280) if (wait := asked(guard))]
    assert waits == sorted(waits)
    per_minute = Counter(int(wait // 60) for wait in waits)
    assert per_minute == {1: 80, 2: 80, 3: 40}


def test_work_whose_turn_has_come_goes_before_work_that_arrives(workers: Workers) -> None:
    guard = workers.guard()
    waits = [wait for _ in range(170) if (wait := asked(guard))]
    workers.clock.advance(60.1)  # 90 wait, and all of the window's 80 are theirs
    assert asked(guard) > 0
    with on_errand(RETURNED):
        assert asked(guard) == 0
    assert len(waits) == 90


def test_bulk_work_leaves_half_to_what_people_wait_for(workers: Workers) -> None:
    guard = workers.guard()
    with on_errand(BULK):
        assert sum(asked(guard) == 0 for _ in range(100)) == 50
        assert 60 <= asked(guard) <= 121
    assert sum(asked(guard) == 0 for _ in range(100)) == 30


def test_one_call_for_many_tickets_stands_in_no_line(workers: Workers) -> None:
    guard = workers.guard()
    assert len([wait for _ in range(400) if (wait := asked(guard))]) == 320
    with on_errand({}, urgent=True):
        assert asked(guard) == 0, "half of the reserve is open to it"
        assert [asked(guard) for _ in range(12)][-1] == pytest.approx(61)


def test_the_total_and_what_others_use_are_learned_from_the_answers(workers: Workers) -> None:
    one, other = workers.guard(), workers.guard()
    put = request()
    assert asked(one) == 0
    one.purse.learn(
        "zendesk", put, answer(to=put, zendesk_ratelimit_tickets_update="total=300; remaining=299; resets=60")
    )
    assert sum(asked(other) == 0 for _ in range(300)) == 240 - 1
    workers.clock.advance(300)
    assert asked(one) == 0
    one.purse.learn(
        "zendesk", put, answer(to=put, zendesk_ratelimit_tickets_update="total=300; remaining=70; resets=59")
    )
    assert sum(asked(other) == 0 for _ in range(300)) == 10, "people are working: 60 of 300 are theirs, 10 are left"


def test_what_an_old_answer_says_is_not_believed(workers: Workers) -> None:
    guard = workers.guard()
    put = request()
    early = answer(to=put, zendesk_ratelimit_tickets_update="total=100; remaining=99; resets=60")
    guard.purse.learn("zendesk", put, early)
    assert sum(asked(guard) == 0 for _ in range(80)) == 79
    workers.clock.advance(2)
    guard.purse.learn("zendesk", put, early)
    assert asked(guard) > 0


def test_a_ticket_at_its_own_limit_waits_alone(workers: Workers) -> None:
    guard = workers.guard()
    put = request()
    guard.purse.learn(
        "zendesk", put, answer(to=put, zendesk_ratelimit_per_ticket_updates="total=30; remaining=4; resets=400")
    )
    assert asked(guard) == pytest.approx(401)
    assert asked(guard, path="/api/v2/tickets/8.json") == 0
    workers.clock.advance(402)
    assert asked(guard) == 0


def test_a_refusal_without_headers_stops_that_kind_of_call_only(workers: Workers) -> None:
    guard = workers.guard()
    post = request("POST", "/api/v4/projects/7/issues/3/notes")
    guard.purse.learn("gitlab", post, answer(429, to=post))
    assert asked(guard, "POST", "/api/v4/projects/7/issues/4/notes", "gitlab") >= 59
    assert asked(guard, "GET", "/api/v4/projects/7/issues", "gitlab") == 0
    assert asked(guard, "POST", "/api/v4/projects/7/issues", "gitlab") == 0


def test_issues_count_for_each_project_and_notes_for_all(workers: Workers) -> None:
    workers.limits.update(gitlab_issues=10, gitlab_notes=10, reserve=0.0)
    guard = workers.guard()
    for project in (7, 8):
        path = f"/api/v4/projects/{project}/issues"
        assert sum(asked(guard, "POST", path, "gitlab") == 0 for _ in range(20)) == 10
    notes = (f"/api/v4/projects/{project}/issues/1/notes" for project in (7, 8) for _ in range(20))
    assert sum(asked(guard, "POST", path, "gitlab") == 0 for path in notes) == 10


def test_too_many_jobs_stop_no_other_call(workers: Workers) -> None:
    guard = workers.guard()
    put = request("PUT", "/api/v2/tickets/update_many.json")
    headers = {"x_rate_limit": "400", "x_rate_limit_remaining": "300"}
    guard.purse.learn("zendesk", put, answer(429, to=put, **headers))
    assert asked(guard, "GET") == 0


def test_reads_are_taken_by_the_handful_and_kept_all_the_same(workers: Workers) -> None:
    one, other = workers.guard(), workers.guard()
    get = request("GET")
    assert asked(one, "GET") == 0, "nothing is known yet"
    one.purse.learn(
        "zendesk", get, answer(to=get, ratelimit_limit="400", ratelimit_remaining="399", ratelimit_reset="60")
    )
    workers.clock.advance(1)
    sent = sum(asked((one, other)[number % 2], "GET") == 0 for number in range(600))
    assert 300 <= sent <= 319


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), limit=st.integers(1, 60), reserve=st.sampled_from([0.0, 0.2, 0.5]))
def test_no_window_ever_gets_more_than_its_share(workers: Workers, seed: int, limit: int, reserve: float) -> None:
    """Work comes at random, what is put off comes back at its turn; the service counts in windows of its own."""
    workers.clock.advance(10_000)
    workers.limits.update(zendesk_updates=limit, reserve=reserve)
    guards = [workers.guard() for _ in range(3)]
    chance = random.Random(seed)
    due = sorted((workers.clock() + chance.uniform(0, 300), 0) for _ in range(120))
    began: float | None = None
    per_window: Counter[int] = Counter()
    done = 0
    while due:
        at, waits = due.pop(0)
        workers.clock.seconds = max(workers.clock(), at)
        with on_errand({"waits": waits}):
            wait = asked(chance.choice(guards))
        if wait:
            assert waits < 60, "it is passed over for ever"
            due = sorted([*due, (workers.clock() + wait, waits + 1)])
            continue
        began = workers.clock() if began is None else began
        done += 1
        per_window[int(workers.clock() // 60)] += 1
    assert done == 120
    assert max(per_window.values()) <= 2 * max(1, limit)


def test_who_makes_a_budget_second_need_not_wait(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = workers.guard(), workers.guard()
    look = slow.purse._budgets.take

    def take(name: str, *more: Any, **options: Any) -> Budget | None:
        found = look(name, *more, **options)
        monkeypatch.undo()
        assert asked(fast) == 0, "between the look of the slow one and what it does about it"
        return found

    monkeypatch.setattr(slow.purse._budgets, "take", take)
    assert asked(slow) == 0


def test_after_a_refusal_what_is_in_hand_is_not_used(workers: Workers) -> None:
    """A handful of reads was taken before others used the account up: each would have been refused too."""
    guard, get = workers.guard(), request("GET")
    said = {"ratelimit_limit": "700", "ratelimit_reset": "60"}
    assert asked(guard, "GET") == 0
    guard.purse.learn("zendesk", get, answer(200, to=get, ratelimit_remaining="699", **said))
    assert asked(guard, "GET") == 0, "the first of fourteen"
    guard.purse.learn("zendesk", get, answer(429, to=get, ratelimit_remaining="0", **said))
    assert asked(guard, "GET") >= 59
    workers.clock.advance(200)
    assert asked(guard, "GET") == 0
