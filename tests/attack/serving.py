"""`pointsman serve` in a process of its own, as the image runs it, with its log and the places it writes to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.harness import DESK_TOKEN
from tests.support.loopback import WEB, answers
from tests.support.paths import ROOT


@dataclass(frozen=True)
class Served:
    address: str
    log: Path
    data: Path
    writes: Path

    def written_elsewhere(self) -> set[str]:
        """Places outside the data folder that it was about to write to."""
        places = {line.partition(" ")[2] for line in self.writes.read_text().splitlines()}
        # Numbers are files that are open already. Python looks for what it has compiled next to the source.
        return {one for one in places if not one.isdigit() and not one.startswith((str(self.data), "/dev/null"))}

    def desk(self, path: str) -> httpx.Response:
        return WEB.get(f"{self.address}{path}", headers={"Authorization": f"Bearer {DESK_TOKEN}"})


def environ_of_image() -> dict[str, str]:
    """The ENV of our Dockerfile."""
    block = re.search(r"^ENV ((?:.*\\\n)*.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert block
    return dict(re.findall(r"(\w+)=(\S+)", block[1]))


@contextmanager
def served(environ: Mapping[str, str], folder: Path, *, port: int) -> Iterator[Served]:
    """Its environment is the image's and `environ`, with `folder`/data for /data. It must end well."""
    log, data, writes = folder / "log", folder / "data", folder / "writes"
    data.mkdir()
    command = [sys.executable, "-m", "tests.attack.watched", "serve"]
    image = {name: value.replace("/data", str(data)) for name, value in environ_of_image().items()}
    own = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(port), "DESK_TOKEN": DESK_TOKEN}
    given = {**image, **own, "WATCHED_WRITES": str(writes)}
    with log.open("wb") as written:
        running = subprocess.Popen(command, cwd=ROOT, env={**given, **environ}, stdout=written, stderr=written)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while not answers(f"{address}/healthz"):
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Served(address, log, data, writes)
    finally:
        running.terminate()
        ended = running.wait(timeout=90)
    assert ended in {0, -signal.SIGTERM}, log.read_text()  # uvicorn ends by the signal it was sent
