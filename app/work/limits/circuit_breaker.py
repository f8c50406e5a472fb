"""A service that is down is not called; one worker at a time asks whether it is back.

Shared through the database, because one process's probe must tell all, and only one may probe. What is counted until
a circuit opens is each process's own: in the common path there is no statement but a look once a second.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from random import SystemRandom

import structlog

from app.metrics import WAIT_SECONDS
from app.records.circuits import Circuit, Circuits
from integrations.errors import NotSent

log = structlog.get_logger(__name__)

OPEN, RECOVERING = "circuit_open", "service_recovering"
# So many failures in a row, from this process alone; soon after it came back, fewer.
FAILURES, FAILURES_IN_RAMP = 5, 2
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
# A probe that is not heard of for so long was made by a process that died.
PROBE_SECONDS = 45.0
LOOK_EVERY_SECONDS = 1.0
# What waits comes back at this rate, in the order in which it was put off, also while the outage lasts.
RETURNS_PER_SECOND = 10.0
# After an outage a process makes one call at a time, and one more every two seconds.
RAMP_SECONDS, RAMP_STEP = 20.0, 2.0


class CircuitBreaker:
    """Thread-safe. `now` gives Unix seconds."""

    def __init__(self, circuits: Circuits, now: Callable[[], float]) -> None:
        self._circuits = circuits
        self._now = now
        self._lock = threading.Lock()
        self._seen: dict[str, Circuit] = {}
        self._looked_at = 0.0
        self._failures: Counter[str] = Counter()
        self._in_flight: Counter[str] = Counter()
        self._thread = threading.local()

    def check(self, service: str) -> None:
        """Raises NotSent while the service is known to be down."""
        circuit = self._look(service)
        if circuit and circuit.state != "closed" and self._now() < circuit.at:
            self._put_off(service, circuit)

    def probe_if_due(self, service: str) -> None:
        """The call that follows may be the one that finds out. Raises NotSent when another one is."""
        circuit, now = self._look(service), self._now()
        if circuit and circuit.state != "closed":
            if self._circuits.probe(service, now=now, until=now + PROBE_SECONDS):
                self._thread.probes = service
            else:
                self._put_off(service, circuit)

    def enter(self, service: str) -> None:
        """Right before the call. Raises NotSent; else `leave` must be called."""
        with self._lock:
            if self._in_flight[service] < self._room(self._seen.get(service)):
                self._in_flight[service] += 1
                return
        self._raise(
            service, "has just come back, and is not called by all at once", RECOVERING, SystemRandom().uniform(0.5, 2)
        )

    def record(self, service: str, *, answered: bool) -> None:
        """Whether the service answered the call, with whatever but a 5xx."""
        if getattr(self._thread, "probes", "") == service:
            self._thread.probes = ""
            self._probed(service, answered=answered)
            return
        with self._lock:
            self._failures[service] = 0 if answered else self._failures[service] + 1
            most = FAILURES_IN_RAMP if self._room(self._seen.get(service)) < float("inf") else FAILURES
            if self._failures[service] < most:
                return
            self._failures[service] = 0
        now = self._now()
        if self._circuits.open(service, now=now, until=now + _wait(0)):
            log.warning("circuit_opened", service=service)
        self._forget()

    def leave(self, service: str) -> None:
        self._thread.probes = ""  # a probe without an outcome: another one may probe once its time is over
        with self._lock:
            self._in_flight[service] -= 1

    def state(self) -> dict[str, Circuit]:
        return self._circuits.all()

    def _probed(self, service: str, *, answered: bool) -> None:
        now = self._now()
        if answered:
            if self._circuits.close(service, now=now):
                log.warning("circuit_closed", service=service)
        else:
            circuit = self._seen.get(service)
            self._circuits.failed(service, until=now + _wait(circuit.probes + 1 if circuit else 0))
        self._forget()

    def _room(self, circuit: Circuit | None) -> float:
        """How many calls this process may have under way."""
        if circuit is None or circuit.state != "closed":
            return float("inf")
        since = self._now() - circuit.at
        return float("inf") if since >= RAMP_SECONDS else 1 + since // RAMP_STEP

    def _put_off(self, service: str, circuit: Circuit) -> None:
        """Behind all that were put off before; unless the circuit was closed meanwhile."""
        wait = self._circuits.wait(service, now=self._now(), per_second=RETURNS_PER_SECOND)
        if wait is None:
            self._forget()
            return
        self._raise(service, "is down and is not called" if circuit.probes else "does not answer", OPEN, wait)

    @staticmethod
    def _raise(service: str, message: str, reason: str, wait: float) -> None:
        WAIT_SECONDS.labels(service, reason).inc(wait)
        raise NotSent(service, message, reason, retry_after=wait)

    def _look(self, service: str) -> Circuit | None:
        now = self._now()
        if not 0 <= now - self._looked_at < LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._seen = self._circuits.all()
        return self._seen.get(service)

    def _forget(self) -> None:
        self._looked_at = 0.0


def _wait(probes: int) -> float:
    """2 s doubling to a minute, by up to a fifth more or less: services are not asked in step."""
    wait: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(probes, 10))
    return wait * SystemRandom().uniform(0.8, 1.2)
