"""The worker of `pointsman serve` in a process of its own: webhooks never wait for the interpreter that it keeps busy.

It is forked, so that both share the memory of what was loaded before. The two talk over a pipe. It also tells either of
them that the other one is gone, however it ended.
"""

import gc
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NoReturn, Self

import structlog
from prometheus_client import REGISTRY, Metric

from app.cli.errors import NotDone
from app.cli.one_processor import OneProcessor
from app.cli.worker_threads import take_long_turns
from app.service import NotReady, Service
from app.setup.doctor.diagnosis import Diagnosis

log = structlog.get_logger(__name__)

# The engine gives what runs five seconds to end; a supervisor gives us ten, and the web may need two of them.
STOP_SECONDS = 7.0
ANSWER_SECONDS = 2.0
MEASURE = "measure"


@dataclass(frozen=True)
class Measured:
    """What the worker knows and the web is asked for."""

    metrics: Sequence[Metric] = ()
    setup: Sequence[Diagnosis] = ()
    """What its last look at the set-up found."""


@dataclass
class WorkerProcess:
    """As its parent sees it."""

    pid: int
    pipe: Connection
    exit_code: int | None = None
    """None while it runs; of a process that was killed, what a shell says."""
    ended: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_asked: bool = False
    _measured: Measured = field(default_factory=Measured)

    @classmethod
    def forked(cls, build: Callable[[], Service]) -> Self:
        """Builds and starts the service there."""
        ours, theirs = Pipe()
        # The collector would write into what is there by now, and each process would get a copy of its own.
        gc.collect()
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _work(build, theirs)
        theirs.close()
        worker = cls(pid, ours)
        threading.Thread(target=worker._reap, daemon=True, name="worker-process").start()
        return worker

    def wait_until_started(self) -> None:
        """Raises NotDone with the reason why it cannot start, or SystemExit when it has said that itself."""
        try:
            failure = self.pipe.recv()
        except EOFError:
            self.ended.wait()
            raise SystemExit(self.exit_code) from None
        if failure is not None:
            raise failure

    def when_ended(self, stop: Callable[[], object]) -> None:
        """Call `stop` when it ends by itself: without it nothing would be worked on, and a supervisor starts both."""

        def watch() -> None:
            self.ended.wait()
            if not self.pipe.closed:
                log.critical("worker_ended", exit_code=self.exit_code)
                stop()

        threading.Thread(target=watch, daemon=True, name="worker-watch").start()

    def metrics(self) -> Sequence[Metric]:
        """What it has counted; if it does not answer, what it said last."""
        self._asked()
        return self._measured.metrics

    def setup_problems(self) -> Sequence[Diagnosis]:
        """What is not right in the set-up, at which it looks; if it does not answer, what it said last."""
        self._asked()
        return self._measured.setup

    def check(self) -> str:
        """Raises NotReady."""
        if not self._asked():
            raise NotReady("it does not answer")
        return "it answers"

    def stop(self) -> None:
        """Tell it, and wait until it has ended."""
        self.pipe.close()
        if not self.ended.wait(STOP_SECONDS):
            log.error("worker_killed", advice="the next start takes its work over")
            os.kill(self.pid, signal.SIGKILL)
            self.ended.wait()

    def _asked(self) -> bool:
        """An answer that came late is taken the next time."""
        with self._lock:
            try:
                if not self._is_asked:
                    self.pipe.send(MEASURE)
                    self._is_asked = True
                if not self.pipe.poll(ANSWER_SECONDS):
                    return False
                self._measured = self.pipe.recv()
                self._is_asked = False
            except (OSError, EOFError):
                return False
        return True

    def _reap(self) -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.exit_code = code if code >= 0 else 128 - code
        self.ended.set()


def _work(build: Callable[[], Service], parent: Connection) -> NoReturn:
    """In the process of its own, until the parent closes its end or is gone. It never returns to what forked it."""
    # Ctrl-C reaches both: the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    take_long_turns()
    OneProcessor().start()
    code = 1
    try:
        _run(build(), parent)
        code = 0
    except NotDone as cannot_start:
        parent.send(cannot_start)
    except BaseException:  # the end of the process
        log.exception("worker_crashed")
    finally:
        # A call that hangs would keep the interpreter until it times out. Another worker takes its work over.
        os._exit(code)


def _run(service: Service, parent: Connection) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def answer() -> None:
        try:
            while True:
                parent.recv()
                parent.send(Measured(list(REGISTRY.collect()), service.setup.problems))
        except (OSError, EOFError):
            stop.set()

    service.start()
    parent.send(None)
    threading.Thread(target=answer, daemon=True, name="parent").start()
    # A service that does not answer holds up neither the start nor the end.
    threading.Thread(target=service.greet, daemon=True, name="greet").start()
    stop.wait()
    service.stop()
