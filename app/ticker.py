"""What a process does again every few seconds, on one thread."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom

import structlog

log = structlog.get_logger(__name__)

# Intervals vary by this share, so that processes which start together drift apart.
JITTER = 0.2


@dataclass(frozen=True)
class Task:
    name: str
    seconds: float
    """Between the end of one run and the start of the next."""
    run: Callable[[], object]
    slow: bool = False
    """It may take long: it gets a thread of its own, so that it delays no other task."""


class Ticker:
    """Runs each task at once, and again after its interval, also when it failed."""

    def __init__(self, *tasks: Task) -> None:
        self._stopping = threading.Event()
        groups = [[task for task in tasks if not task.slow], *([task] for task in tasks if task.slow)]
        self._threads = [
            threading.Thread(target=self._repeat, args=(group,), daemon=True, name=f"ticker-{group[0].name}")
            for group in groups
            if group
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait for the runs that are under way; no run begins after that."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _repeat(self, tasks: Sequence[Task]) -> None:
        due = [0.0] * len(tasks)
        while not self._stopping.wait(max(0.0, min(due) - time.monotonic())):
            for number, task in enumerate(tasks):
                if time.monotonic() >= due[number] and not self._stopping.is_set():
                    _run(task)
                    due[number] = time.monotonic() + task.seconds * SystemRandom().uniform(1 - JITTER, 1 + JITTER)


def _run(task: Task) -> None:
    try:
        task.run()
    except Exception:  # the database may be away for a while
        log.exception("task_failed", task=task.name)
