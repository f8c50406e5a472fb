"""A service that is down: circuits over several workers, in simulated time."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from itertools import pairwise

import pytest

from app.work.limits.circuit_breaker import FAILURES, RAMP_SECONDS
from app.work.limits.outbound import OutboundCalls
from integrations.errors import NotSent
from tests.support.limiters import Workers


def call(outbound: OutboundCalls, status: int | None, service: str = "gitlab") -> str:
    """One call that is answered with `status` (None: not at all): "sent", or why it was not."""
    try:
        with outbound.call(service, "GET") as one:
            one.status = status
    except NotSent as error:
        return error.reason
    return "sent"


def wait_of(outbound: OutboundCalls, service: str = "gitlab") -> float:
    with pytest.raises(NotSent) as caught, outbound.call(service, "GET"):
        pass
    assert caught.value.retry_after is not None
    return caught.value.retry_after


def break_down(outbound: OutboundCalls, status: int | None = 503) -> None:
    for _ in range(FAILURES):
        assert call(outbound, status) == "sent"


@pytest.mark.parametrize("status", [None, 500, 502, 503])
def test_a_service_that_fails_in_a_row_is_not_called_by_anybody(workers: Workers, status: int | None) -> None:
    one, other = workers.outbound(), workers.outbound()
    break_down(one, status)
    assert call(one, 200) == "circuit_open"
    assert call(other, 200) == "circuit_open"


@pytest.mark.parametrize("status", [404, 409, 422, 429, 401])
def test_a_service_that_refuses_is_not_down(workers: Workers, status: int) -> None:
    outbound = workers.outbound()
    assert [call(outbound, status) for _ in range(30)] == ["sent"] * 30


def test_single_failures_open_nothing(workers: Workers) -> None:
    outbound = workers.outbound()
    for _ in range(10):
        assert [call(outbound, status) for status in (503, None, 500, 200)] == ["sent"] * 4


def test_the_other_service_goes_on(workers: Workers) -> None:
    outbound = workers.outbound()
    break_down(outbound)
    assert call(outbound, 200, "zendesk") == "sent"


def test_one_of_all_workers_asks_whether_it_is_back(workers: Workers) -> None:
    processes = [workers.outbound() for _ in range(5)]
    break_down(processes[0])
    workers.clock.advance(5)
    with processes[1].call("gitlab", "GET") as probe:
        assert [call(outbound, 200) for outbound in processes[2:]] == ["circuit_open"] * 3
        probe.status = 200
    workers.clock.advance(RAMP_SECONDS + 1)
    assert [call(outbound, 200) for outbound in processes] == ["sent"] * 5


def test_while_one_asks_the_others_wait_for_moments(workers: Workers) -> None:
    one, other = workers.outbound(), workers.outbound()
    break_down(one)
    workers.clock.advance(5)
    with one.call("gitlab", "GET"):
        assert wait_of(other) == pytest.approx(1, abs=0.1)


def test_a_probe_that_fails_doubles_the_wait_up_to_a_minute(workers: Workers) -> None:
    outbound = workers.outbound()
    break_down(outbound)
    waits = []
    for _ in range(8):
        state = outbound.breaker.state()["gitlab"]
        waits.append(state.at - workers.clock())
        workers.clock.seconds = state.at
        assert call(outbound, 503) == "sent"
    assert waits[0] < 3
    assert all(later > earlier * 1.2 for earlier, later in pairwise(waits[:5]))
    assert max(waits) <= 72


def test_a_probe_of_a_process_that_died_is_made_by_another(workers: Workers) -> None:
    one, other = workers.outbound(), workers.outbound()
    break_down(one)
    workers.clock.advance(5)
    killed = one.call("gitlab", "GET")
    killed.__enter__()
    assert call(other, 200) == "circuit_open"
    workers.clock.advance(60)
    assert call(other, 200) == "sent"


def test_what_waits_comes_back_one_by_one_in_the_order_it_was_put_off(workers: Workers) -> None:
    processes = [workers.outbound() for _ in range(3)]
    break_down(processes[0])
    workers.clock.advance(0.1)
    waits = [wait_of(processes[number % 3]) for number in range(600)]
    assert waits == sorted(waits)
    assert waits[-1] - waits[0] == pytest.approx(59.9)
    assert waits[0] > 1


def test_after_it_came_back_a_process_calls_it_with_few_at_first(workers: Workers) -> None:
    outbound = workers.outbound()
    break_down(outbound)
    workers.clock.advance(5)
    assert call(outbound, 200) == "sent"

    def at_once(calls: int) -> int:
        entered, reasons = 0, set()
        with ExitStack() as under_way:
            for _ in range(calls):
                try:
                    under_way.enter_context(outbound.call("gitlab", "GET")).status = 200
                    entered += 1
                except NotSent as error:
                    reasons.add(error.reason)
        assert reasons <= {"service_recovering"}
        return entered

    seen = []
    for _ in range(4):
        seen.append(at_once(20))
        workers.clock.advance(4)
    assert seen == [1, 3, 5, 7]
    workers.clock.advance(RAMP_SECONDS)
    assert at_once(20) == 20


def test_a_relapse_opens_it_sooner(workers: Workers) -> None:
    outbound = workers.outbound()
    break_down(outbound)
    workers.clock.advance(5)
    call(outbound, 200)
    workers.clock.advance(2)
    assert [call(outbound, 503) for _ in range(3)] == ["sent", "sent", "circuit_open"]


def test_threads_that_fail_at_once_open_one_circuit(workers: Workers) -> None:
    outbound = workers.outbound()
    threads = [threading.Thread(target=call, args=(outbound, None)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert call(outbound, 200) == "circuit_open"
    assert outbound.breaker.state()["gitlab"].probes == 0
