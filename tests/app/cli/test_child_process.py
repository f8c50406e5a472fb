"""Work in a process that is forked for it."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from app.cli.child_process import run_in_child
from app.records.database_errors import NewerDatabase


def _raise(error: BaseException) -> None:
    raise error


def test_it_is_done_when_it_returns_and_elsewhere(tmp_path: Path) -> None:
    done = tmp_path / "done"
    run_in_child(lambda: done.write_text(str(os.getpid())))
    assert int(done.read_text()) != os.getpid()


@pytest.mark.parametrize(
    "error", [NewerDatabase("9999"), PermissionError(13, "Permission denied", "/data/pointsman.db"), SystemExit(3)]
)
def test_what_it_raises_is_raised_here(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        run_in_child(partial(_raise, error))
    assert str(raised.value) == str(error)


def test_one_that_is_killed_is_no_success() -> None:
    with pytest.raises(ChildProcessError):
        run_in_child(lambda: os.kill(os.getpid(), signal.SIGKILL))
