"""Tasks that a process repeats."""

from __future__ import annotations

import threading
from collections import Counter

from app.ticker import Task, Ticker
from tests.app.work.conftest import wait_until


def test_a_task_runs_at_once_and_again_also_after_a_failure() -> None:
    runs: Counter[str] = Counter()

    def fail() -> None:
        runs["fails"] += 1
        raise ValueError

    ticker = Ticker(
        Task("fails", 0.01, fail),
        Task("often", 0.01, lambda: runs.update(["often"])),
        Task("rarely", 3600, lambda: runs.update(["rarely"])),
    )
    ticker.start()
    wait_until(lambda: runs["fails"] >= 3 and runs["often"] >= 3)
    ticker.stop()
    assert runs["rarely"] == 1


def test_a_slow_task_delays_no_other() -> None:
    free = threading.Event()
    runs: Counter[str] = Counter()
    ticker = Ticker(
        Task("hangs", 0.01, lambda: free.wait(10), slow=True), Task("quick", 0.01, lambda: runs.update(["quick"]))
    )
    ticker.start()
    wait_until(lambda: runs["quick"] >= 3)
    free.set()
    ticker.stop()


def test_nothing_runs_after_it_was_stopped() -> None:
    runs: list[int] = []
    ticker = Ticker(Task("quick", 0.001, lambda: runs.append(1)))
    ticker.start()
    wait_until(lambda: runs)
    ticker.stop()
    count = len(runs)
    ticker.stop()
    assert len(runs) == count


def test_one_that_was_never_started_can_be_stopped() -> None:
    Ticker(Task("never", 1, lambda: None)).stop()
