"""The worker beside the web: how each learns that the other has ended, and what of it, in processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from subprocess import PIPE

import pytest

from tests.support.forked import Forked

# What each test says goes between: `ours` is the parent's end.
SCRIPT = """
import os, signal, sys, threading, time
from app import logs
from app.cli import worker_process
from app.cli.errors import NotDone
from app.cli.worker_process import WorkerProcess
from app.metrics import RETRIES
from app.service import NotReady
from app.setup.doctor.diagnosis import Diagnosis
from app.setup.health import SetupHealth

logs.configure("critical")
worker_process.STOP_SECONDS, worker_process.ANSWER_SECONDS = 0.3, {patience}

class Service:
    setup = SetupHealth(None, problems=[Diagnosis("zendesk/trigger", "warn", "it is off")])
    def start(self):
        {start}
        RETRIES.labels("zendesk", "outage").inc(3)
    def greet(self): pass
    def stop(self):
        {stop}

def say(*words): print(*words, flush=True)

def retries():
    return [one.value for family in worker.metrics() for one in family.samples if one.name == "pointsman_retries_total"]

try:
    worker = WorkerProcess.forked(Service)
    worker.wait_until_started()
except NotDone as error:
    say(error, error.code)
    sys.exit()
say(worker.pid)
{parent}
"""


@pytest.fixture
def running() -> Iterator[list[Forked]]:
    processes: list[Forked] = []
    yield processes
    for one in processes:
        one.end()


def run(
    running: list[Forked], parent: str = "", *, start: str = "pass", stop: str = "pass", patience: float = 5
) -> Forked:
    script = SCRIPT.format(parent=parent, start=start, stop=stop, patience=patience)
    running.append(Forked("-c", script, stdout=PIPE))
    return running[-1]


def said(process: Forked) -> list[str]:
    """All but the number of the worker's process."""
    code, lines = process.wait(20), process.stdout.read().decode().splitlines()
    return [*lines[1:], f"exit {code}"]


def test_it_says_what_it_counted_and_ends_when_it_is_told(running: list[Forked]) -> None:
    parent = "say(retries(), worker.check(), worker.setup_problems()[0].said); worker.stop(); say(worker.exit_code)"
    assert said(run(running, parent)) == ["[3.0] it answers it is off", "0", "exit 0"]


def test_what_keeps_it_from_starting_is_said_by_the_parent(running: list[Forked]) -> None:
    process = run(running, start="raise NotDone('No such file.', code=2)")
    assert (process.wait(20), process.stdout.read()) == (0, b"No such file. 2\n")


def test_a_start_that_fails_in_another_way_ends_both(running: list[Forked]) -> None:
    assert run(running, start="raise RuntimeError").wait(20) == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, 137), (signal.SIGTERM, 0)])
def test_when_it_ends_by_itself_the_parent_learns_with_which_code(
    running: list[Forked], number: signal.Signals, code: int
) -> None:
    ends = "stop = threading.Event(); worker.when_ended(stop.set); stop.wait(); say(worker.exit_code)"
    process = run(running, ends)
    os.kill(int(process.stdout.readline()), number)
    assert (process.wait(20), process.stdout.read().decode()) == (0, f"{code}\n")


def test_one_that_does_not_stop_in_time_is_killed(running: list[Forked]) -> None:
    process = run(running, "worker.stop(); say(worker.exit_code)", stop="time.sleep(20)")
    assert said(process) == ["137", "exit 0"]


def test_one_that_is_frozen_is_not_ready_and_its_last_counts_hold(running: list[Forked]) -> None:
    parent = """
say(retries())
os.kill(worker.pid, signal.SIGSTOP)
while " T " not in open(f"/proc/{worker.pid}/stat").read(): time.sleep(0.01)
say(retries())
try: worker.check()
except NotReady as error: say(error)
os.kill(worker.pid, signal.SIGCONT)
worker_process.ANSWER_SECONDS = 5
say(worker.check())
"""
    process = run(running, parent, patience=0.2)
    assert said(process) == ["[3.0]", "[3.0]", "it does not answer", "it answers", "exit 0"]


def test_it_ends_when_its_parent_is_killed(running: list[Forked]) -> None:
    process = run(running, "time.sleep(20)", stop="say('stopped')")
    process.stdout.readline()
    process.kill()
    assert process.stdout.readline() == b"stopped\n"
