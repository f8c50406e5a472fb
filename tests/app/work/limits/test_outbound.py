"""A service that comes back and a budget at once: what one refuses costs nothing of the other."""

from __future__ import annotations

from collections import Counter

from app.work.limits.circuit_breaker import FAILURES, RAMP_SECONDS
from app.work.limits.outbound import Guard
from integrations.errors import NotSent
from tests.support.limiters import Workers, answer, request

PUT, GET = request("PUT"), request("GET")
MINUTELY = 80  # of 100 updates, less the reserve


def begin(guard: Guard) -> str:
    """An update that goes out and is not answered yet: "sent", or why it was not."""
    try:
        guard.before("zendesk", PUT)
    except NotSent as error:
        return error.reason
    return "sent"


def end(guard: Guard, status: int = 200) -> None:
    guard.saw("zendesk", PUT, answer(status, to=PUT))
    guard.after("zendesk")


def update(guard: Guard, status: int = 200) -> str:
    begun = begin(guard)
    if begun == "sent":
        end(guard, status)
    return begun


def test_what_is_refused_while_the_service_recovers_costs_no_allowance(workers: Workers) -> None:
    guard = workers.guard()
    assert [update(guard, 503) for _ in range(FAILURES)] == ["sent"] * FAILURES
    workers.clock.advance(5)
    assert update(guard) == "sent", "it is back"
    assert begin(guard) == "sent"
    assert {begin(guard) for _ in range(70)} == {"service_recovering"}
    end(guard)
    workers.clock.advance(RAMP_SECONDS + 1)
    assert Counter(update(guard) for _ in range(MINUTELY)) == {
        "sent": MINUTELY - FAILURES - 2,
        "budget_spent": FAILURES + 2,
    }


def test_what_the_budget_refuses_takes_no_place_of_those_that_may_be_under_way(workers: Workers) -> None:
    guard = workers.guard()
    assert [update(guard) for _ in range(MINUTELY - 1)] == ["sent"] * (MINUTELY - 1)
    for _ in range(FAILURES):
        guard.before("zendesk", GET)
        guard.saw("zendesk", GET, None)
        guard.after("zendesk")
    workers.clock.advance(5)
    assert update(guard) == "sent", "it is back, and takes one call at a time"
    assert [begin(guard) for _ in range(5)] == ["budget_spent"] * 5
    guard.before("zendesk", GET)


def test_a_call_without_an_allowance_is_no_probe(workers: Workers) -> None:
    one, other = workers.guard(), workers.guard()
    assert [update(one) for _ in range(MINUTELY - FAILURES)] == ["sent"] * (MINUTELY - FAILURES)
    assert [update(one, 503) for _ in range(FAILURES)] == ["sent"] * FAILURES
    workers.clock.advance(5)
    assert [begin(one) for _ in range(3)] == ["budget_spent"] * 3
    assert one.breaker.state()["zendesk"].state == "open", "neither probed nor back"
    other.before("zendesk", GET)
    other.saw("zendesk", GET, answer(to=GET))
    other.after("zendesk")
    assert one.breaker.state()["zendesk"].state == "closed"
