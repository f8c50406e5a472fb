"""Two or more guards on one database, as processes have them, and a clock that only tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from app.records.budgets import Budgets
from app.records.circuits import Circuits
from app.records.database import make_engine
from app.records.tables import metadata
from app.rules.schema.routing import Limits
from app.service import LIMITED
from app.work.limits.circuit_breaker import Breaker
from app.work.limits.outbound import Guard
from app.work.limits.rate_limiter import Purse

START = 1_800_000_000.0


@dataclass
class Clock:
    seconds: float = START

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Workers:
    """Each `guard()` is what one more process would have."""

    clock: Clock
    guard: Callable[[], Guard]
    limits: dict[str, float]
    """Of routing.yaml."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workers(tmp_path: Path, clock: Clock) -> Iterator[Workers]:
    engine = make_engine(f"sqlite:///{tmp_path / 'limits.db'}", pool=1, durable=False)
    metadata.create_all(engine)
    limits: dict[str, float] = {}

    def guard() -> Guard:
        purse = Purse(Budgets(engine), lambda: Limits.model_validate(limits), LIMITED, clock)
        return Guard(purse, Breaker(Circuits(engine), clock))

    yield Workers(clock, guard, limits)
    engine.dispose()


def request(method: str = "PUT", path: str = "/api/v2/tickets/7.json") -> requests.PreparedRequest:
    return requests.Request(method, f"https://example.org{path}").prepare()


def answer(status: int = 200, *, to: requests.PreparedRequest, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.request = to
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response
