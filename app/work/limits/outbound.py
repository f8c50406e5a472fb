"""Stand before every call to another service: is it up, and is there budget for it?

What they keep must not keep the service from working: without the database, calls go out, and the services' own
refusals are all that holds them.
"""

from __future__ import annotations

from collections.abc import Callable

import requests
import structlog

from app.metrics import CALLS
from app.records.database import DatabaseError
from app.work.limits.circuit_breaker import Breaker
from app.work.limits.rate_limiter import Purse

log = structlog.get_logger(__name__)


def _nothing() -> None:
    """Where no budget is kept."""


class PlainGuard:
    """`integrations.watching.PlainWatch`, for services whose limits we do not keep."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker

    def before(self, service: str, take: Callable[[], None] = _nothing) -> None:
        """`take`: from the budgets; it may raise NotSent too."""
        answers = _database_answers(service, lambda: self.breaker.check(service))
        # Before an allowance is taken: it would be lost with a call that is refused here.
        self.breaker.enter(service)

        def claim() -> None:
            take()
            # Last: a probe that is not sent would keep the others waiting.
            self.breaker.probe_if_due(service)

        try:
            if answers:
                _database_answers(service, claim)
        except BaseException:
            self.breaker.leave(service)
            raise

    def saw(self, service: str, status: int | None, learn: Callable[[], None] = _nothing) -> None:
        """`learn`: what the answer says of budgets."""
        CALLS.labels(service, "none" if status is None else f"{status // 100}xx").inc()

        def note() -> None:
            self.breaker.saw(service, answered=status is not None and status < 500)
            learn()

        _database_answers(service, note)

    def after(self, service: str) -> None:
        self.breaker.leave(service)


class Guard:
    """`integrations.session.Watch`, for Zendesk and GitLab."""

    def __init__(self, purse: Purse, breaker: Breaker) -> None:
        self.purse = purse
        self.breaker = breaker
        self.plain = PlainGuard(breaker)

    def before(self, service: str, request: requests.PreparedRequest) -> None:
        path = request.path_url.partition("?")[0]
        self.plain.before(service, lambda: self.purse.take(service, request.method or "", path))

    def saw(self, service: str, request: requests.PreparedRequest, response: requests.Response | None) -> None:
        if response is None:
            self.plain.saw(service, None)
        else:
            self.plain.saw(service, response.status_code, lambda: self.purse.learn(service, request, response))

    def after(self, service: str) -> None:
        self.plain.after(service)


def _database_answers(service: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except DatabaseError as error:
        log.warning("limits_not_kept", service=service, cause=type(error).__name__)
        return False
    return True
