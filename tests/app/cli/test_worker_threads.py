"""A worker's threads take long turns, unless somebody has chosen how its processor is shared."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.cli.worker_threads import GARBAGE, SWITCH_SECONDS, take_long_turns

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells threads apart")


@pytest.fixture(autouse=True)
def interval(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What was asked of the interpreter, which all tests share."""
    asked, garbage = list[float](), gc.get_threshold()
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    yield asked
    gc.set_threshold(*garbage)


def _policies(chosen: int) -> tuple[int, int]:
    """Of a thread that has this one, and of a thread that it begins."""
    if chosen != os.SCHED_OTHER:
        os.sched_setscheduler(0, chosen, os.sched_param(0))
    take_long_turns()
    with ThreadPoolExecutor(1) as begun:
        return os.sched_getscheduler(0), begun.submit(os.sched_getscheduler, 0).result()


@pytest.mark.parametrize(
    ("chosen", "then"), [(os.SCHED_OTHER, os.SCHED_BATCH), (os.SCHED_IDLE, os.SCHED_IDLE)], ids=["usual", "chosen"]
)
def test_each_thread_of_a_worker_lets_the_others_go_on(chosen: int, then: int, interval: list[float]) -> None:
    with ThreadPoolExecutor(1) as thread:  # the policy is a thread's own
        assert thread.submit(_policies, chosen).result() == (then, then)
    assert interval == [SWITCH_SECONDS]
    assert gc.get_threshold() == GARBAGE


def test_where_it_is_forbidden_the_worker_runs_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", forbidden)
    take_long_turns()
