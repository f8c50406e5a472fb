"""Servers in processes of their own, as in production: the load generator must not share their interpreter."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.forked import Forked
from tests.support.loopback import WEB, answers
from tests.support.paths import ROOT

DONE = re.compile(r"^pointsman_delivery_to_done_seconds_count (\d+)", re.MULTILINE)
# Without caps and the services' limits, which would hold us up, as they should; and reports that resemble each other
# by half are no question for a person here.
WITHOUT_CAPS = (
    (r"(?m)^  caps: .*$", ""),
    (r"suggest_at: 0\.\d+", "suggest_at: 0.7"),
    (r"(?m)^limits:$", "limits:\n  zendesk_updates: 1000000\n  gitlab_issues: 1000000\n  gitlab_notes: 1000000"),
)


def free_port() -> int:
    """A port that stays free until its server binds it, and while that server is restarted: the system gives the ports
    from 32768 on to any outgoing connection, and each test process has a share of those below."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _ports() -> Iterator[int]:
    share, worker = 2_000, int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
    # Another run on this machine starts elsewhere in the same share.
    start = os.getpid() % share
    return (12_000 + worker * share + (start + step) % share for step in count())


_PORTS = _ports()


@dataclass(frozen=True)
class RunningSandbox:
    environ: dict[str, str]
    """The settings that point a service at it."""
    feeds_url: str

    def zendesk(self, control: str, **arguments: Any) -> Any:
        return self._control(self.environ["ZENDESK_URL"], control, arguments)

    def gitlab(self, control: str, **arguments: Any) -> Any:
        return self._control(self.environ["GITLAB_URL"], control, arguments)

    def chat(self, control: str, **arguments: Any) -> Any:
        return self._control(self.environ["CHAT_WEBHOOK_URL"].partition("/hooks/")[0], control, arguments)

    def feeds(self, control: str, **arguments: Any) -> Any:
        return self._control(self.feeds_url, control, arguments)

    @staticmethod
    def _control(url: str, control: str, arguments: dict[str, Any]) -> Any:
        answer = WEB.post(f"{url}/sandbox/{control}", json=arguments)
        answer.raise_for_status()
        return answer.json()["result"]


Started = subprocess.Popen[bytes] | Forked
Start = Callable[..., Started]
"""Python with these arguments; `environ`: what differs from ours; `stdout` and `stderr` as of `subprocess.Popen`."""


def fresh(
    *arguments: str, environ: Mapping[str, str] | None = None, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    """With what it imports, and its memory, as in production; `Forked` saves the seconds."""
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environ or {})}, stdout=stdout, stderr=stderr)


@contextmanager
def sandboxed(start: Start = fresh) -> Iterator[RunningSandbox]:
    """The sandbox in a process of its own."""
    feeds_port = str(free_port())
    running = start("-m", "integrations.sandbox", "--feeds-port", feeds_port, stdout=subprocess.PIPE)
    try:
        environ: dict[str, str] = {}
        while "CHAT_TOKEN" not in environ:  # the last one that it prints
            line = running.stdout.readline() if running.stdout else b""
            name, found, value = line.decode().strip().partition("=")
            if not found:
                raise RuntimeError("the sandbox did not start")
            environ[name] = value
        yield RunningSandbox(environ, f"http://127.0.0.1:{feeds_port}")
    finally:
        running.terminate()
        running.wait(timeout=90)
        if running.stdout:
            running.stdout.close()


def own_settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "DESK_TOKEN": "the-token-of-the-benchmark",
        "DATABASE_URL": f"sqlite:///{folder / 'pointsman.db'}",
        "ROUTING_FILE": str(ROOT / "routing.yaml"),
        "MACROS_FILE": str(ROOT / "macros.yaml"),
        "PORT": str(port),
        "LOG_LEVEL": "error",
    }


def memory_settings(tree: Path = ROOT) -> dict[str, str]:
    """How the image of that version has glibc keep memory."""
    return dict(re.findall(r"\b((?:MALLOC|GLIBC)_\w+)=(\S+)", (tree / "Dockerfile").read_text()))


def roomy_rules(folder: Path, tree: Path = ROOT) -> Path:
    """The rules that the tree ships, so that every report becomes an issue."""
    text = (tree / "routing.yaml").read_text()
    for pattern, instead in WITHOUT_CAPS:
        text = re.sub(pattern, instead, text)
    path = folder / "routing.yaml"
    path.write_text(text)
    return path


@contextmanager
def process(
    *command: str, ready: str, environ: Mapping[str, str] | None = None, start: Start = fresh
) -> Iterator[None]:
    """Runs until the block ends; waits until `ready` answers 200."""
    running = start("-m", *command, environ=environ, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not answers(ready):
            if running.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(timeout=90)


def tickets_done(service: str) -> int:
    """How many deliveries the service has done, by its own metrics."""
    found = DONE.search(WEB.get(f"{service}/metrics").text.replace(".0", ""))
    return int(found[1]) if found else 0
