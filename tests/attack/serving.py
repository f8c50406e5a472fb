"""`pointsman serve` in a process of its own, with what it writes to its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.house import DESK_TOKEN, ROOT


@dataclass(frozen=True)
class Served:
    address: str
    log: Path

    def desk(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers={"Authorization": f"Bearer {DESK_TOKEN}"})


@contextmanager
def served(environ: Mapping[str, str], folder: Path, *, port: int, prefix: Sequence[str] = ()) -> Iterator[Served]:
    """Its environment is `environ` and little else; `prefix` is a command that runs it. It must end well."""
    log = folder / "log"
    command = [*prefix, sys.executable, "-m", "app.cli", "serve"]
    given = {"PATH": os.environ["PATH"], "PORT": str(port), "DESK_TOKEN": DESK_TOKEN, "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("wb") as written:
        running = subprocess.Popen(command, cwd=ROOT, env={**given, **environ}, stdout=written, stderr=written)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while not _alive(address):
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Served(address, log)
    finally:
        running.terminate()
        ended = running.wait(timeout=30)
    assert ended in {0, -signal.SIGTERM}, log.read_text()  # uvicorn ends by the signal it was sent


def _alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False
