"""Runs what takes memory once in a process that is forked for it: what it imports and allocates goes with it."""

import os
import pickle
import threading
import traceback
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn


def run_in_child(name: str, function: Callable[[], object]) -> None:
    """Raises what it raises, and ChildProcessError when the process was killed. It ends when this one is gone."""
    ours, theirs = Pipe()
    child = os.fork()
    if child == 0:
        ours.close()
        _run(function, theirs)
    theirs.close()
    failure: BaseException | None = None
    try:
        failure = ours.recv()
    except EOFError:
        failure = ChildProcessError(f"{name} was killed")
    finally:
        ours.close()
        os.waitpid(child, 0)
    if failure is not None:
        raise failure


def _run(function: Callable[[], object], parent: Connection) -> NoReturn:
    """It never returns to what forked it."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    failure: BaseException | None = None
    try:
        function()
    except BaseException as error:  # noqa: BLE001  # it is raised again there
        failure = _to_send(error)
    try:
        parent.send(failure)
    finally:
        os._exit(0)


def _end_with(parent: Connection) -> None:
    """Whoever ended the start must not find it going on."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(1)


def _to_send(error: BaseException) -> BaseException:
    """With its way in a note; in words, where an error cannot be sent."""
    error.add_note("".join(traceback.format_tb(error.__traceback__)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    except Exception:  # noqa: BLE001  # whatever keeps it from being sent
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
