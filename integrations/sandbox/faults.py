"""The faults that a service has to show: which requests they hit, how often, and what happens to them."""

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "status_after", "delay", "delay_before", "drop_before", "drop_after", "garbage"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault.

    status: answers `status`, the request is not applied. status_after: answers `status`, although it is applied.
    delay: applied at once, answered `seconds` later. delay_before: applied only after `seconds`.
    drop_before, drop_after: the connection is closed without an answer; only the second applies the request.
    garbage: applied, answers 200 with something that is not JSON.
    """

    method: str = ""
    """Empty: any."""
    path: str = ""
    """A regular expression for the whole path as `Call.path` has it. Empty: any."""
    kind: Kind = "status"
    times: int = 1
    """How many requests it hits; 0: all, until cleared."""
    after: int = 0
    """How many matching requests pass first."""
    chance: float = 1.0
    """Probability that a matching request is hit, from the schedule's own seeded generator."""
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "Service Unavailable"
    seconds: float = 0.0


@dataclass(slots=True)
class _Planned:
    fault: Fault
    passed: int = 0
    hit: int = 0


class FaultSchedule:
    """The faults of one service, tried in the order they were added; a request meets at most one."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._random = random.Random(seed)  # noqa: S311 -- repeatable faults, no secrets

    def add(self, fault: Fault) -> None:
        """Raises ValueError for a path that is not a regular expression."""
        try:
            re.compile(fault.path)
        except re.error as error:
            raise ValueError(f"the fault's path is not a regular expression: {error}") from error
        with self._lock:
            self._planned.append(_Planned(fault))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def seed(self, seed: int) -> None:
        with self._lock:
            self._random.seed(seed)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this request meets, which is thereby used once."""
        with self._lock:
            for planned in self._planned:
                if self._hits(planned, method, path):
                    planned.hit += 1
                    if planned.hit == planned.fault.times:
                        self._planned.remove(planned)
                    return planned.fault
        return None

    def _hits(self, planned: _Planned, method: str, path: str) -> bool:
        fault = planned.fault
        if fault.method.upper() not in {"", method} or (fault.path and not re.fullmatch(fault.path, path)):
            return False
        if planned.passed < fault.after:
            planned.passed += 1
            return False
        return fault.chance >= 1 or self._random.random() < fault.chance
