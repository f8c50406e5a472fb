"""Stands around every call to another service: is it up, and is there room in its limits?

Without the database, calls go out, and the services' own refusals are all that limits them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from app.metrics import CALLS
from app.records.database import DatabaseError
from app.records.records import Records
from app.rulebook import Rulebook
from app.work.limits.call_log import noted
from app.work.limits.circuit_breaker import CircuitBreaker
from app.work.limits.rate_limiter import RateLimiter
from integrations.gitlab.rates import LIMITED as GITLAB_LIMITED
from integrations.outbound import Call
from integrations.rates import Limited
from integrations.zendesk.rates import LIMITED as ZENDESK_LIMITED

log = structlog.get_logger(__name__)


LIMITED: dict[str, Limited] = {"zendesk": ZENDESK_LIMITED, "gitlab": GITLAB_LIMITED}


class OutboundCalls:
    """`integrations.outbound.Outbound`"""

    def __init__(
        self,
        limiter: RateLimiter,
        breaker: CircuitBreaker,
        now: Callable[[], datetime],
        before_change: Callable[[], object] = lambda: None,
    ) -> None:
        """`before_change`: what must have happened before a call that may change something."""
        self.limiter = limiter
        self.breaker = breaker
        self._before_change = before_change
        self._now = now

    @contextmanager
    def call(self, service: str, method: str, path: str = "") -> Iterator[Call]:
        """Raises NotSent on entry."""
        if method != "GET":
            self._before_change()
        self._admit(service, method, path)
        call = Call()
        try:
            with noted(service, method, path, call, self._now):
                yield call
        except BaseException:
            call.status = None
            raise
        finally:
            CALLS.labels(service, "none" if call.status is None else f"{call.status // 100}xx").inc()
            _database_answers(service, lambda: self._note(service, method, path, call))
            self.breaker.leave(service)

    def _admit(self, service: str, method: str, path: str) -> None:
        answers = _database_answers(service, lambda: self.breaker.check(service))
        # Before the limiter is asked: what it gives would be lost with a call that is refused here.
        self.breaker.enter(service)

        def claim() -> None:
            self.limiter.take(service, method, path)
            # Last: a probe that is not sent would keep the others waiting.
            self.breaker.probe_if_due(service)

        try:
            if answers:
                _database_answers(service, claim)
        except BaseException:
            self.breaker.leave(service)
            raise

    def _note(self, service: str, method: str, path: str, call: Call) -> None:
        self.breaker.record(service, answered=call.status is not None and call.status < 500)
        if call.status is not None:
            self.limiter.learn(service, method, path, call.status, call.headers)


def _database_answers(service: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except DatabaseError as error:
        log.warning("limits_not_kept", service=service, cause=type(error).__name__)
        return False
    return True


def outbound_calls(
    records: Records, rulebook: Rulebook, now: Callable[[], datetime], before_change: Callable[[], object]
) -> OutboundCalls:
    def clock() -> float:
        return now().timestamp()

    limiter = RateLimiter(records.rate_limits, lambda: rulebook.current().routing.limits, LIMITED, clock)
    return OutboundCalls(limiter, CircuitBreaker(records.circuits, clock), now, before_change)
