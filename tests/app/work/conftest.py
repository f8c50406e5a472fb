"""An engine on an empty database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import pytest

from app.work.engine.dbos_internals import Queue, system_database
from app.work.engine.engine import Engine
from app.work.engine.recovery import Recovery
from app.work.engine.work_rows import JSON
from app.work.messages import Message
from tests.support.work import BulkExample, Example, register

CRASHES: list[tuple[JSON, str]] = []
"""What the engine said of workflows that failed."""
ExampleWorkflow = Callable[[JSON], object]


class Started(Protocol):
    def __call__(
        self,
        workflows: Mapping[str, ExampleWorkflow],
        messages: Mapping[type[Message], Callable[[Any], object]] | None = None,
    ) -> Engine: ...


@pytest.fixture
def start(database_url: str) -> Iterator[Started]:
    running: list[Engine] = []

    def start_engine(
        workflows: Mapping[str, ExampleWorkflow],
        messages: Mapping[type[Message], Callable[[Any], object]] | None = None,
    ) -> Engine:
        engine = Engine(database_url, polling_seconds=0.02)
        for name, workflow in workflows.items():
            base = BulkExample if name in {"follow_issue", "sync_issues", "check_for_chat"} else Example
            register(engine, name, workflow, crashed, base)
        for message, handler in (messages or {}).items():
            engine.register(message, handler, lambda *_: None)
        engine.start()
        running.append(engine)
        return engine

    yield start_engine
    for engine in running:
        engine.stop(grace_seconds=1)


@pytest.fixture
def recovery_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the test looks for what processes that are gone left behind."""
    monkeypatch.setattr(Recovery, "run", lambda _: None)


def wait_until(true: Callable[[], object], *, seconds: float = 90.0) -> None:
    """Poll; the deadline is only there so that a failure ends."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def crashed(payload: JSON, error: str) -> JSON:
    CRASHES.append((payload, error))
    return {}


def done(_: JSON) -> JSON:
    return {}


def looks_at_the_queue(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the tickets' worker reads its queue: after two, an earlier look is over."""
    database = system_database()
    looks: list[str] = []
    read = database.get_queue

    def get_queue(name: str, *args: Any, **options: Any) -> Queue | None:
        if threading.current_thread().name == "queue-worker-tickets":
            looks.append(name)
        return read(name, *args, **options)

    monkeypatch.setattr(database, "get_queue", get_queue)
    return looks
