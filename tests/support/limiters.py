"""Two or more processes' outbound calls on one database, and a clock that only tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.records.circuits import Circuits
from app.records.database import make_engine
from app.records.rate_limits import RateLimits
from app.records.tables import metadata
from app.rules.schema.base import LimitsConfig
from app.work.limits.circuit_breaker import CircuitBreaker
from app.work.limits.outbound import LIMITED, OutboundCalls
from app.work.limits.rate_limiter import RateLimiter

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
    """Each `outbound()` is what one more process would have."""

    clock: Clock
    outbound: Callable[[], OutboundCalls]
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

    def outbound() -> OutboundCalls:
        limiter = RateLimiter(RateLimits(engine), lambda: LimitsConfig.model_validate(limits), LIMITED, clock)
        return OutboundCalls(
            limiter, CircuitBreaker(Circuits(engine), clock), lambda: datetime.fromtimestamp(clock(), UTC)
        )

    yield Workers(clock, outbound, limits)
    engine.dispose()
