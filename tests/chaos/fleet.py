"""The service's processes: started, killed, frozen, stopped, and started again as a supervisor would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.support.loopback import answers
from tests.support.paths import ROOT
from tests.support.processes import free_port

Found = TypeVar("Found")
STOPS_WITHIN = 10.0


@dataclass
class Member:
    command: str
    port: int
    process: subprocess.Popen[bytes]

    def is_up(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/healthz")


@dataclass(frozen=True)
class Life:
    """One process, from its start until it was gone (seconds since 1970)."""

    agent: str
    ended: float


@dataclass
class Fleet:
    environ: Mapping[str, str]
    log: Path
    chance: random.Random
    members: list[Member] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    slowest_stop: float = 0.0

    def start(self, port: int, workers: int) -> None:
        """`port`: of the service; its environment says it too."""
        self.members = [Member("serve", port, self._spawn("serve"))]
        for at in (free_port() for _ in range(workers)):
            command = f"work --port {at}"
            self.members.append(Member(command, at, self._spawn(command)))

    def all_up(self) -> bool:
        return all(member.is_up() for member in self.members)

    def _spawn(self, command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.pointsman", *command.split()],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stderr=log,
                stdout=log,
            )

    def any(self) -> Member:
        return self.chance.choice(self.members)

    def kill(self, member: Member) -> None:
        member.process.kill()
        self._replace(member)
        self.done["killed"] += 1

    def stop(self, member: Member) -> None:
        """As a supervisor does; the time that it takes is kept."""
        asked = time.monotonic()
        member.process.terminate()
        member.process.wait(timeout=60)
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - asked)
        self._replace(member)
        self.done["stopped"] += 1

    def outlive(self, restart: Callable[[], None]) -> None:
        """Restart the database: each process must see that its lock is lost, and end by itself."""
        restart()
        for member in self.members:
            self._replace(member)
        self.done["database restarts"] += 1

    def _replace(self, member: Member) -> None:
        member.process.wait(timeout=30)
        self.lives.append(Life(f"pointsman-{member.process.pid}", time.time()))
        member.process = self._spawn(member.command)

    def freeze(self, member: Member, seconds: float) -> None:
        os.kill(member.process.pid, signal.SIGSTOP)
        pause(seconds)
        os.kill(member.process.pid, signal.SIGCONT)
        self.done["frozen"] += 1

    def died_by_themselves(self) -> list[str]:
        return [f"{one.command}: exit {one.process.poll()}" for one in self.members if one.process.poll() is not None]

    def end(self) -> None:
        for member in self.members:
            asked = time.monotonic()
            member.process.terminate()
            member.process.wait(timeout=60)
            self.slowest_stop = max(self.slowest_stop, time.monotonic() - asked)

    def abandon(self) -> None:
        for member in self.members:
            if member.process.poll() is None:
                member.process.kill()
                member.process.wait()


def pause(seconds: float) -> None:
    """Let time pass in the world outside."""
    time.sleep(seconds)


def until(found: Callable[[], Found], seconds: float, otherwise: str) -> Found:
    """The first that is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (it := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} within {seconds:.0f} s")
        pause(0.1)
    return it
