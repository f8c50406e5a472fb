"""Runs what takes memory once in a process that is forked for it: what it imports and allocates goes with it."""

import os
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn


def run_in_child(function: Callable[[], object]) -> None:
    """Raises what it raises, and ChildProcessError when the process was killed."""
    ours, theirs = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        ours.close()
        _run(function, theirs)
    theirs.close()
    try:
        failure: BaseException | None = ours.recv()
    except EOFError:
        failure = ChildProcessError("a process that belongs to the start was killed")
    finally:
        ours.close()
        os.waitpid(child, 0)
    if failure is not None:
        raise failure


def _run(function: Callable[[], object], parent: Connection) -> NoReturn:
    """It never returns to what forked it."""
    failure: BaseException | None = None
    try:
        function()
    except BaseException as error:  # noqa: BLE001  # it is raised again there
        failure = error
    try:
        parent.send(failure)
    finally:
        os._exit(0)
