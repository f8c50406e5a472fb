"""A server that can be killed in the middle and is started again, as a supervisor would."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.loopback import answers

STARTS_WITHIN = 60.0


@dataclass
class Supervised:
    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    """Where it runs, and where `server.log` is written."""
    ready: str
    """Answers 200 when it is up."""
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=self.folder, env={**os.environ, **self.environ}, stdout=log, stderr=log
            )

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while not answers(self.ready):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command[0]} did not start: {self.log.read_text()[-1000:]}")
            time.sleep(0.05)

    @property
    def process_id(self) -> int:
        return self._process.pid if self._process else 0

    def kill(self) -> None:
        """SIGKILL; gone when this returns."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running(server: Supervised) -> Iterator[None]:
    server.start()
    try:
        server.wait_until_up()
        yield
    finally:
        server.stop()


def wait_until(true: Callable[[], bool], seconds: float, step: float = 0.1) -> bool:
    """False: it did not become true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
