"""A service that comes back and a limit at once: what one refuses costs nothing of the other."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

import pytest
from sqlalchemy.exc import OperationalError

from app.work.limits.circuit_breaker import FAILURES, RAMP_SECONDS
from app.work.limits.outbound import OutboundCalls
from integrations.errors import NotSent
from tests.support.limiters import Workers

TICKET = "/api/v2/tickets/7.json"
MINUTELY = 80  # of 100 updates, less the reserve


def update(outbound: OutboundCalls, status: int | None = 200, *, until: ExitStack | None = None) -> str:
    """An update, which lasts `until` then: "sent", or why it was not."""
    with ExitStack() as at_once:
        try:
            (until or at_once).enter_context(outbound.call("zendesk", "PUT", TICKET)).status = status
        except NotSent as error:
            return error.reason
    return "sent"


def test_what_is_refused_while_the_service_recovers_costs_no_allowance(workers: Workers) -> None:
    outbound = workers.outbound()
    assert [update(outbound, 503) for _ in range(FAILURES)] == ["sent"] * FAILURES
    workers.clock.advance(5)
    assert update(outbound) == "sent", "it is back"
    with ExitStack() as under_way:
        assert update(outbound, until=under_way) == "sent"
        assert {update(outbound) for _ in range(70)} == {"service_recovering"}
    workers.clock.advance(RAMP_SECONDS + 1)
    assert Counter(update(outbound) for _ in range(MINUTELY)) == {
        "sent": MINUTELY - FAILURES - 2,
        "budget_spent": FAILURES + 2,
    }


def test_what_the_limit_refuses_takes_no_place_of_those_that_may_be_under_way(workers: Workers) -> None:
    outbound = workers.outbound()
    assert [update(outbound) for _ in range(MINUTELY - 1)] == ["sent"] * (MINUTELY - 1)
    for _ in range(FAILURES):
        with outbound.call("zendesk", "GET", TICKET):
            pass
    workers.clock.advance(5)
    assert update(outbound) == "sent", "it is back, and takes one call at a time"
    assert [update(outbound) for _ in range(5)] == ["budget_spent"] * 5
    with outbound.call("zendesk", "GET", TICKET):
        pass


def test_a_call_without_an_allowance_is_no_probe(workers: Workers) -> None:
    one, other = workers.outbound(), workers.outbound()
    assert [update(one) for _ in range(MINUTELY - FAILURES)] == ["sent"] * (MINUTELY - FAILURES)
    assert [update(one, 503) for _ in range(FAILURES)] == ["sent"] * FAILURES
    workers.clock.advance(5)
    assert [update(one) for _ in range(3)] == ["budget_spent"] * 3
    assert one.breaker.state()["zendesk"].state == "open", "neither probed nor back"
    with other.call("zendesk", "GET", TICKET) as probe:
        probe.status = 200
    assert one.breaker.state()["zendesk"].state == "closed"


def test_an_error_while_the_answer_is_read_counts_as_no_answer(workers: Workers) -> None:
    outbound = workers.outbound()

    def break_off() -> None:
        with outbound.call("sentry", "GET") as one:
            one.status = 200
            raise ValueError("broke off")

    for _ in range(FAILURES):
        with pytest.raises(ValueError, match="broke off"):
            break_off()
    assert outbound.breaker.state()["sentry"].state == "open"


def test_calls_go_out_while_the_database_is_away(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    outbound = workers.outbound()

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select 1", {}, Exception("connection refused"))

    monkeypatch.setattr(outbound.limiter._rows, "take", away)
    monkeypatch.setattr(outbound.breaker._circuits, "all", away)
    assert [update(outbound) for _ in range(200)] == ["sent"] * 200
