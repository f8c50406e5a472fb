"""A service that is down is not called; one worker at a time asks whether it is back.

Shared through the database, because one process's probe must tell all, and only one may probe. What is counted until
a circuit opens is each process's own: in the common path there is no statement but a look once a second.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
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
# The process that made a probe died, if no result comes for so long.
PROBE_SECONDS = 45.0
PROBE_TAKES_SECONDS = 1.0
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
            if self._circuits.change(service, probe, now):
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
        if self._circuits.change(service, open_, self._now()):
            log.warning("circuit_opened", service=service)
        self._forget()

    def leave(self, service: str) -> None:
        self._thread.probes = ""  # a probe without an outcome: another one may probe once its time is over
        with self._lock:
            self._in_flight[service] -= 1

    def state(self) -> dict[str, Circuit]:
        return self._circuits.all()

    def _probed(self, service: str, *, answered: bool) -> None:
        if self._circuits.change(service, close if answered else open_again, self._now()) and answered:
            log.warning("circuit_closed", service=service)
        self._forget()

    def _room(self, circuit: Circuit | None) -> float:
        """How many calls this process may have under way."""
        if circuit is None or circuit.state != "closed":
            return float("inf")
        since = self._now() - circuit.at
        return float("inf") if since >= RAMP_SECONDS else 1 + since // RAMP_STEP

    def _put_off(self, service: str, circuit: Circuit) -> None:
        """Behind all that were put off before; unless the circuit was closed meanwhile."""
        now = self._now()
        behind = self._circuits.change(service, put_off, now)
        if behind is None:
            self._forget()
            return
        said = "is down and is not called" if circuit.probes else "does not answer"
        self._raise(service, said, OPEN, max(0.0, behind.next_return - 1 / RETURNS_PER_SECOND - now))

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


def open_(circuit: Circuit, now: float) -> Circuit | None:
    if circuit.state != "closed":
        return None
    return replace(circuit, state="open", at=now + _wait(0), opened=now, probes=0)


def probe(circuit: Circuit, now: float) -> Circuit | None:
    """One call probes whether the service is back; another one may, if no result of the first comes."""
    if circuit.state == "closed" or circuit.at > now:
        return None
    return replace(circuit, state="probing", at=now + PROBE_SECONDS)


def open_again(circuit: Circuit, now: float) -> Circuit | None:
    """The probe had no answer."""
    if circuit.state != "probing":
        return None
    probes = circuit.probes + 1
    return replace(circuit, state="open", at=now + _wait(probes), probes=probes)


def close(circuit: Circuit, now: float) -> Circuit | None:
    """The probe was answered."""
    return replace(circuit, state="closed", at=now) if circuit.state == "probing" else None


def put_off(circuit: Circuit, now: float) -> Circuit | None:
    if circuit.state == "closed":
        return None
    # A probe that is under way mostly has its answer soon, long before `at`.
    soonest = circuit.at if circuit.state == "open" else now + PROBE_TAKES_SECONDS
    return replace(circuit, next_return=max(circuit.next_return, soonest, now) + 1 / RETURNS_PER_SECOND)


def _wait(probes: int) -> float:
    """2 s doubling to a minute, by up to a fifth more or less: services are not asked in step."""
    wait: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(probes, 10))
    return wait * SystemRandom().uniform(0.8, 1.2)
