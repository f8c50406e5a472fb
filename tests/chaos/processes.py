"""The service's processes: started, killed, frozen, stopped, and started again as a supervisor would."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.support.forked import Forked
from tests.support.loopback import answers
from tests.support.processes import free_port

Found = TypeVar("Found")
STOPS_WITHIN = 10.0


@dataclass
class Process:
    command: str
    port: int
    popen: Forked

    def signal(self, number: signal.Signals) -> None:
        """All of it at once, as when a machine or a container dies."""
        with suppress(ProcessLookupError):  # it has only just been started
            os.killpg(self.popen.pid, number)
        self.popen.send_signal(number)

    def is_up(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/healthz")


@dataclass(frozen=True)
class Lifetime:
    """One process, from its start until it was gone (seconds since 1970)."""

    agent: str
    ended: float


@dataclass
class Processes:
    environ: Mapping[str, str]
    log: Path
    chance: random.Random
    running: list[Process] = field(default_factory=list)
    lifetimes: list[Lifetime] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    slowest_stop: float = 0.0

    def start(self, port: int, workers: int) -> None:
        """`port`: of the service; its environment says it too."""
        self.running = [Process("serve", port, self._spawn("serve"))]
        for at in (free_port() for _ in range(workers)):
            command = f"work --port {at}"
            self.running.append(Process(command, at, self._spawn(command)))

    def all_up(self) -> bool:
        return all(process.is_up() for process in self.running)

    def _spawn(self, command: str) -> Forked:
        with self.log.open("ab") as log:
            return Forked("-m", "tests.chaos.pointsman", *command.split(), environ=self.environ, stderr=log, stdout=log)

    def any(self) -> Process:
        return self.chance.choice(self.running)

    def kill(self, process: Process) -> None:
        process.signal(signal.SIGKILL)
        self._replace(process)
        self.done["killed"] += 1

    def stop(self, process: Process) -> None:
        """As a supervisor does; the time that it takes is kept."""
        asked = time.monotonic()
        process.popen.terminate()
        process.popen.wait(timeout=60)
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - asked)
        self._replace(process)
        self.done["stopped"] += 1

    def replace_after(self, restart: Callable[[], None]) -> None:
        """Restart the database: each process must see that its lock is lost, and end by itself."""
        restart()
        for process in self.running:
            self._replace(process)
        self.done["database restarts"] += 1

    def _replace(self, process: Process) -> None:
        process.popen.wait(timeout=90)
        self.lifetimes.append(Lifetime(f"pointsman-{process.popen.pid}", time.time()))
        process.popen = self._spawn(process.command)

    def freeze(self, process: Process, seconds: float) -> None:
        process.signal(signal.SIGSTOP)
        pause(seconds)
        process.signal(signal.SIGCONT)
        self.done["frozen"] += 1

    def died_by_themselves(self) -> list[str]:
        return [f"{one.command}: exit {one.popen.poll()}" for one in self.running if one.popen.poll() is not None]

    def end(self) -> None:
        for process in self.running:
            asked = time.monotonic()
            process.popen.terminate()
            process.popen.wait(timeout=60)
            self.slowest_stop = max(self.slowest_stop, time.monotonic() - asked)

    def kill_all(self) -> None:
        for process in self.running:
            if process.popen.poll() is None:
                process.signal(signal.SIGKILL)
                process.popen.wait()


def pause(seconds: float) -> None:
    """Wait in real time: other processes do something meanwhile."""
    time.sleep(seconds)


def until(found: Callable[[], Found], seconds: float, otherwise: str) -> Found:
    """The first that is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (it := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} within {seconds:.0f} s")
        pause(0.1)
    return it
