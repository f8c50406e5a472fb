"""Stands before every call to Zendesk and GitLab: is the service up, and is there budget for it?"""

from __future__ import annotations

from collections.abc import Callable

import requests
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.work.limits.breaker import Breaker
from app.work.limits.purse import Purse

log = structlog.get_logger(__name__)


class Guard:
    """`integrations.session.Watch`. What it keeps must not keep the service from working: without the database, calls
    go out, and the services' own refusals are all that holds them."""

    def __init__(self, purse: Purse, breaker: Breaker) -> None:
        self.purse = purse
        self.breaker = breaker

    def before(self, service: str, request: requests.PreparedRequest) -> None:
        answers = _database_answers(service, lambda: self.breaker.check(service))
        # Before an allowance is taken: it would be lost with a call that is refused here.
        self.breaker.enter(service)

        def claim() -> None:
            self.purse.take(service, request.method or "", request.path_url.partition("?")[0])
            # Last: a probe that is not sent would keep the others waiting.
            self.breaker.probe_if_due(service)

        try:
            if answers:
                _database_answers(service, claim)
        except BaseException:
            self.breaker.leave(service)
            raise

    def saw(self, service: str, request: requests.PreparedRequest, response: requests.Response | None) -> None:
        try:
            self.breaker.saw(service, answered=response is not None and response.status_code < 500)
            if response is not None:
                self.purse.learn(service, request, response)
        except SQLAlchemyError as error:
            log.warning("limits_not_learned", service=service, cause=type(error).__name__)

    def after(self, service: str) -> None:
        self.breaker.leave(service)


def _database_answers(service: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except SQLAlchemyError as error:
        log.warning("limits_not_kept", service=service, cause=type(error).__name__)
        return False
    return True
