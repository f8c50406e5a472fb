"""Work that this process has stored is begun at once, and no more of it than there is room for."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from app.work.engine.bell import Bell
from app.work.engine.bell_wire import BellWire
from app.work.engine.engine import Engine
from app.work.engine.queues import QUEUES
from app.work.engine.work_rows import JSON
from tests.app.work.conftest import Started, wait_until
from tests.support.work import example_work, register

if TYPE_CHECKING:
    from app.work.engine.dbos_internals import Queue


def test_a_look_knows_whether_the_bell_was_rung_for_it() -> None:
    bell = Bell([cast("Queue", SimpleNamespace(name="tickets"))], {"tickets": 0.001})
    bell.ring(["tickets"])
    for rung in (True, False):
        bell.settings("tickets")
        assert bell.has_rung("tickets") is rung
    assert not bell.has_rung("dbos's own")


def test_while_work_waits_the_next_look_comes_soon() -> None:
    queue = cast("Queue", SimpleNamespace(name="tickets"))
    bell = Bell([queue], {"tickets": 600.0}, work_waits=lambda _: True)
    assert bell.settings("tickets") is queue
    assert not bell.has_rung("tickets")


def test_stored_work_begins_before_the_next_look(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    engine = start({"wf": lambda _: began.set()})
    monkeypatch.setattr(engine._bell, "_seconds", dict.fromkeys(engine._bell._seconds, 20.0))
    engine.accept([example_work("wf", "first", "ticket:1")])
    wait_until(began.is_set)  # the look that was under way may have been a short one
    began.clear()
    engine.accept([example_work("wf", "second", "ticket:2")])
    found = began.wait(10)
    monkeypatch.undo()
    engine._bell.ring(QUEUES)  # so that it stops
    assert found


def test_a_closed_wire_writes_into_no_file_that_has_its_number_by_now(tmp_path: Path) -> None:
    wire = BellWire()
    wire.close()
    with ExitStack() as opened:
        files = [opened.enter_context((tmp_path / str(number)).open("wb")) for number in range(5)]
        assert wire._near in {file.fileno() for file in files}
        wire.pull()
    assert not any(file.stat().st_size for file in tmp_path.iterdir())
    os.close(wire._far)


def test_what_another_process_stores_begins_before_the_next_look(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, wire = threading.Event(), BellWire()
    worker, web = Engine(database_url, polling_seconds=0.02, wire=wire), Engine(database_url, wire=wire)
    register(worker, "wf", lambda _: began.set(), lambda *_: None)
    worker.start()
    try:
        monkeypatch.setattr(worker._bell, "_seconds", dict.fromkeys(worker._bell._seconds, 600.0))
        web.accept([example_work("wf", "first", "ticket:1")])
        wait_until(began.is_set, seconds=60)  # the look that was under way may have been a short one
        began.clear()
        web.accept([example_work("wf", "second", "ticket:2")])
        assert began.wait(60)
    finally:
        monkeypatch.undo()
        worker._bell.ring(QUEUES)  # so that it stops
        worker.stop(grace_seconds=1)
        web.store.close()


def test_nobody_waits_for_a_worker_that_does_not_listen() -> None:
    wire, rang = BellWire(), threading.Event()
    for _ in range(100_000):  # more than a pipe holds
        wire.pull()
    wire.listen(rang.set)
    assert rang.wait(60)
    wire.close()


def test_however_often_it_rings_no_more_is_taken_than_there_are_workers(start: Started) -> None:
    free, running, most = threading.Event(), set[str](), list[int]()
    lock = threading.Lock()

    def wait(payload: JSON) -> None:
        with lock:
            running.add(payload["key"])
            most.append(len(running))
        free.wait(20)
        with lock:
            running.discard(payload["key"])

    engine = start({"wf": wait})
    for number in range(40):
        engine.accept([example_work("wf", f"w{number}", f"ticket:{number}")])
    wait_until(lambda: len(running) == engine._concurrency)
    free.set()
    wait_until(lambda: engine.backlog.unfinished() == 0, seconds=90)
    assert max(most) == engine._concurrency
