"""Work in a process that is forked for it."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from app.cli.child_process import run_in_child
from app.records.database_errors import NewerDatabase

WAITS = """
import os, sys, time
from pathlib import Path
from app.cli.child_process import run_in_child

def wait():
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(60)

run_in_child("it", wait)
"""


class Unsendable(Exception):
    """Its arguments are not those that made it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def _raise(error: BaseException) -> None:
    raise error


def test_it_is_done_when_it_returns_and_elsewhere(tmp_path: Path) -> None:
    done = tmp_path / "done"
    run_in_child("it", lambda: done.write_text(str(os.getpid())))
    assert int(done.read_text()) != os.getpid()


@pytest.mark.parametrize(
    "error", [NewerDatabase("9999"), PermissionError(13, "Permission denied", "/data/pointsman.db"), SystemExit(3)]
)
def test_what_it_raises_is_raised_here(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        run_in_child("it", partial(_raise, error))
    assert str(raised.value) == str(error)
    assert "_raise" in raised.value.__notes__[0]


def test_an_error_that_cannot_be_sent_is_told() -> None:
    with pytest.raises(RuntimeError, match="Unsendable: this and that"):
        run_in_child("it", partial(_raise, Unsendable("this", "that")))


def test_one_that_is_killed_is_no_success() -> None:
    with pytest.raises(ChildProcessError, match="it was killed"):
        run_in_child("it", lambda: os.kill(os.getpid(), signal.SIGKILL))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_one_that_began_it(number: signal.Signals, tmp_path: Path) -> None:
    written = tmp_path / "process"
    with subprocess.Popen([sys.executable, "-c", WAITS, written]) as parent:
        while not (written.exists() and written.read_text()):
            time.sleep(0.02)
        parent.send_signal(number)
    child, deadline = int(written.read_text()), time.monotonic() + 10
    while _is_alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
