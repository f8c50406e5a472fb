"""`python -m` and `python -c` in processes of their own, without the two seconds that their imports take.

They are forked from a process that has imported the service and does nothing else: one for all test processes.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from subprocess import DEVNULL, PIPE, TimeoutExpired
from typing import IO, Any

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.support.preloaded"])
SERVER: Any = forkserver._forkserver
"""Multiprocessing shares it with children alone."""
FOUND_BY = ("_forkserver_address", "_forkserver_authkey")  # the key since Python 3.14


def start_for_all() -> dict[str, Any]:
    """Start what processes are forked from; what another process needs to `use` it, until this one ends."""
    SERVER.ensure_running()
    return {name: getattr(SERVER, name) for name in FOUND_BY if hasattr(SERVER, name)}


def use(started: Mapping[str, Any]) -> None:
    """From now on fork from what another process has started."""
    # Whoever starts it hands each fork the end of a pipe that keeps it alive; here the starter alone does.
    vars(SERVER).update(started, _forkserver_alive_fd=os.open(os.devnull, os.O_RDONLY), ensure_running=lambda: None)


class Forked:
    """It has what the tests need of `subprocess.Popen`."""

    def __init__(
        self,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        stdin: IO[bytes] | int = DEVNULL,
        stdout: IO[bytes] | int = DEVNULL,
        stderr: IO[bytes] | int = DEVNULL,
    ) -> None:
        """`arguments`: of python. `environ`: what differs from ours."""
        self._stdin, given = _ends(stdin, ours_writes=True)
        self._stdout, said = _ends(stdout)
        self._stderr, warned = _ends(stderr)
        environ = {**os.environ, **(environ or {})}
        self._process = FORKING.Process(target=_run, args=(arguments, environ, (given, said, warned)), daemon=True)
        self._process.start()
        for end in (given, said, warned):
            end.close()
        self.pid = self._process.pid or 0

    @property
    def stdin(self) -> IO[bytes]:
        assert self._stdin
        return self._stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self._stdout
        return self._stdout

    @property
    def stderr(self) -> IO[bytes]:
        assert self._stderr
        return self._stderr

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise TimeoutExpired("python", timeout or 0.0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Kill it, and leave no pipe open."""
        self.kill()
        self.wait()
        for pipe in (self._stdin, self._stdout, self._stderr):
            if pipe:
                pipe.close()


def _ends(stream: IO[bytes] | int, *, ours_writes: bool = False) -> tuple[IO[bytes] | None, Connection]:
    """Ours, if it is a pipe, and the one for the process, as what multiprocessing can hand over."""
    if stream == PIPE:
        reads, writes = os.pipe()
        ours, theirs = (writes, reads) if ours_writes else (reads, writes)
        return os.fdopen(ours, "wb" if ours_writes else "rb"), Connection(theirs)
    if stream == DEVNULL:
        return None, Connection(os.open(os.devnull, os.O_RDWR))
    assert not isinstance(stream, int)
    return None, Connection(os.dup(stream.fileno()))


def _run(arguments: tuple[str, ...], environ: Mapping[str, str], streams: tuple[Connection, ...]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  # the fork server has closed its own
    os.environ.clear()
    os.environ.update(environ)
    how, what, *rest = arguments
    sys.argv = [how, *rest]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})  # a test's own script
