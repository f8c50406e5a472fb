"""serve and work: the service with its API, or a worker alone."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from app import code_pages, logs
from app.bootstrap import Loaded, build
from app.cli.child_process import run_in_child
from app.cli.errors import NotDone
from app.cli.one_processor import OneProcessor
from app.cli.worker_process import WorkerProcess
from app.cli.worker_threads import take_long_turns
from app.records.database import DatabaseError
from app.records.database_errors import NewerDatabase
from app.records.database_url import cannot_open
from app.records.records import Records
from app.rules.parsing.positions import BadRules
from app.service import Service
from app.settings import BadSettings, Settings, load
from app.web.app import create_app, create_worker_app
from app.web.serving import listening_socket, web_server
from app.work.engine.bell_wire import BellWire


def serve(environ: Mapping[str, str], *, in_one_process: bool) -> None:
    settings = _settings(environ)
    # Threads share the interpreter with the web: at Python's 5 ms a webhook would wait for several of them.
    sys.setswitchinterval(0.0005)
    with _listening(settings) as listening:
        if in_one_process:
            web_server(create_app(_built(settings)), settings).run([listening])
            return
        loaded, wire = _loaded(settings), BellWire()

        def of_worker() -> Service:
            listening.close()
            return _built(settings, loaded, wire=wire)

        worker = WorkerProcess.forked(of_worker)
        app = create_app(_built(settings, loaded, worker=False, wire=wire), worker)
        worker.wait_until_started()
        server = web_server(app, settings)
        worker.when_ended(server.stop)
        server.run([listening])
        sys.exit(worker.exit_code)


def work(environ: Mapping[str, str], port: int | None) -> None:
    settings = _settings(environ)
    take_long_turns()
    OneProcessor().start()
    if port is None:
        _run_until_stopped(_built(settings))
    else:
        settings = settings.model_copy(update={"port": port})
        with _listening(settings) as listening:
            web_server(create_worker_app(_built(settings)), settings).run([listening])
    # A call that hangs would keep the interpreter until it times out. Another worker takes its work over.
    os._exit(0)


def _run_until_stopped(service: Service) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service.start()
    stop.wait()
    service.stop()


def _settings(environ: Mapping[str, str]) -> Settings:
    """Raises NotDone with all that is wrong."""
    try:
        settings = load(environ)
    except BadSettings as error:
        raise _cannot_start(error.problems) from error
    logs.configure(settings.log_level)
    return settings


def _listening(settings: Settings) -> socket.socket:
    """Raises NotDone."""
    try:
        return listening_socket(settings)
    except OSError as error:
        why = (error.strerror or type(error).__name__).partition(" (while")[0]
        raise _cannot_start([f"HOST and PORT: cannot listen on {settings.host}:{settings.port}: {why}."]) from error


def _built(
    settings: Settings, loaded: Loaded | None = None, *, worker: bool = True, wire: BellWire | None = None
) -> Service:
    """Raises NotDone."""
    with _can_start(settings):
        service = build(settings, loaded, worker=worker, wire=wire)
    # No thread loads a library yet.
    code_pages.give_back()
    return service


def _loaded(settings: Settings) -> Loaded:
    """Before there are two processes: both share its memory. Raises NotDone."""
    with _can_start(settings):
        loaded = Loaded.of(settings)
        run_in_child("The process that brings the tables up to date", partial(Records.migrate, settings.database_url))
    return loaded


@contextmanager
def _can_start(settings: Settings) -> Iterator[None]:
    """Raises NotDone."""
    try:
        yield
    except BadRules as error:
        raise _cannot_start(map(str, error.problems)) from error
    except NewerDatabase as error:
        raise _cannot_start([f"DATABASE_URL: {error}."]) from error
    except OSError as error:
        if error.filename is None:
            raise _cannot_start([f"{error}."]) from error
        whose = "DATABASE_URL: " if str(error.filename) in settings.database_url else ""
        raise _cannot_start([f"{whose}Cannot use {error.filename}: {error.strerror}."]) from error
    except DatabaseError as error:
        raise _cannot_start([f"DATABASE_URL: {cannot_open(settings.database_url, error)}."]) from error


def _cannot_start(problems: Iterable[str]) -> NotDone:
    return NotDone("\n".join(("Pointsman cannot start:", *(f"  - {problem}" for problem in problems))), code=2)
