"""The durable engine: queue and workflows of dbos. Nothing outside this folder knows dbos.

No default of dbos is taken over unread: journal mode, executor id, application version, serializer, thread counts
and polling are all set here, each for a failure that was reproduced with the default.
"""

import json
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, TypeVar, get_type_hints

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, WorkflowStatus
from dbos import error as dbos_error
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import Along, make_engine
from app.records.database_url import is_sqlite
from app.records.group_commit import GroupCommit
from app.ticker import Task, Ticker
from app.work.engine.backlog import Backlog
from app.work.engine.bell import AT_ONCE, Bell
from app.work.engine.bell_wire import BellWire
from app.work.engine.claims import IsNew
from app.work.engine.dbos_internals import (
    LostWork,
    SystemDatabase,
    active_workflows,
    launch,
    replace_claimed_rows,
    replace_queue_settings,
    replace_scheduler,
    replace_upkeep,
    stop_waiting_for_database,
    system_database,
)
from app.work.engine.executor_locks import executor_locks_for, new_executor_id
from app.work.engine.queues import BULK, QUEUES, TICKETS, WRITING
from app.work.engine.recovery import Recovery
from app.work.engine.retention import EndedWork
from app.work.engine.scheduler import Scheduler
from app.work.engine.step_journal import StepJournal, while_database_is_away
from app.work.engine.work_rows import APPLICATION, JSON, PIPELINE_VERSION, options_of, stored
from app.work.engine.work_store import WorkStore, kind_of
from app.work.limits.call_log import WRITTEN_EVERY_SECONDS, CallLog, noting_calls
from app.work.limits.rate_limiter import Priority, at_priority
from app.work.messages import Message, TicketMessage, UnreadableWork, Work

log = structlog.get_logger(__name__)

SLOW_POLLING_SECONDS = 0.25
# How often a process that stops looks whether what it runs has ended.
ENDED_EVERY_SECONDS = 0.05
# With those of the records, the locks and the rest a process has at most twenty; PostgreSQL allows 100.
ENGINE_CONNECTIONS = 8
# Work that crashed its process this often is not run again, and people are told.
CRASHES_BEFORE_QUARANTINE = 10
QUARANTINED = "quarantined"
"""The error's type that `crashed` gets for work that was quarantined."""
REWRITTEN = "rewritten"
"""... and for work whose recorded steps are not those that its workflow takes now."""
UNREADABLE = "unreadable"
"""... and for work that another version stored in a form that this one cannot read."""

T = TypeVar("T")
Workflow = Callable[[Any], object]
"""Takes a message of the class that it is registered with."""
Crashed = Callable[[Any, str], object]
"""Takes the message (or UnreadableWork) and the error's type: its text may hold what people wrote."""


@dataclass(frozen=True, slots=True)
class _Registered:
    message: type[Message]
    workflow: Workflow
    crashed: Crashed


class Engine:
    """Queue and workflows on SQLite or PostgreSQL; workflows run on worker threads."""

    def __init__(
        self,
        url: str,
        *,
        worker: bool = True,
        concurrency: int = 8,
        polling_seconds: float = 0.1,
        recovery_seconds: float = 5.0,
        crashes_before_quarantine: int = CRASHES_BEFORE_QUARANTINE,
        paused: Callable[[], object] = lambda: False,
        wire: BellWire | None = None,
        is_new: IsNew | None = None,
        commits: GroupCommit | None = None,
    ) -> None:
        """`paused`: while it holds, no work begins, here or in any other process.

        `is_new`: of a partition, as SQL: is nothing known of what its work is about? It is asked along with the claim.

        `wire`: an engine that is started begins what another process has stored that pulls it, and one that is not
        pulls it.

        `commits`: those of the rows that work writes, where its steps are to share them.
        """
        self._commits = commits
        self._wire = wire
        self._url = url
        self._crashes_before_quarantine = crashes_before_quarantine
        self._worker = worker
        self._concurrency = concurrency
        self._polling_seconds = polling_seconds
        self._workflows: dict[str, _Registered] = {}
        self.executor_id = new_executor_id()
        self._locks = executor_locks_for(url)
        self._paused = paused
        self._is_new = is_new
        self.store = WorkStore(url)
        self.backlog = Backlog(self.store.database)
        self._recovery = Recovery(self._locks, self.executor_id, self.backlog, self._report_quarantined)
        self._calls = CallLog()
        self._ticker = Ticker(
            Task("recovery", recovery_seconds, self._recovery.run),
            Task("calls", WRITTEN_EVERY_SECONDS, lambda: self._calls.write(self._engine.begin), slow=True),
        )
        self._started = False

    def register(self, message: type[Message], workflow: Workflow, crashed: Crashed) -> None:
        """Make a workflow known by the kind of its message, before `start`. A kind is stored: never rename one.

        `crashed` is told of an error that the workflow did not foresee: a bug must not end in silence.
        """
        self._workflows[kind_of(message)] = _Registered(message, workflow, crashed)

    @property
    def names(self) -> Collection[str]:
        """Of all workflows that are known, also of those that become so."""
        return self._workflows.keys()

    def start(self) -> None:
        self._engine = make_engine(self._url, pool=None if is_sqlite(self._url) else ENGINE_CONNECTIONS)
        DBOS(
            config=DBOSConfig(
                name=APPLICATION,
                system_database_url=self._url,
                system_database_engine=self._engine,
                application_version=PIPELINE_VERSION,
                executor_id=self.executor_id,
                serializer=DBOSPortableJSONSerializer(),
                max_executor_threads=self._concurrency * 2 + 16,
                log_level="WARNING",
                enable_otlp=False,
                use_listen_notify=False,
                # Nothing here listens; stopping waits for the end of one such sleep, a second by default.
                notification_listener_polling_interval_sec=ENDED_EVERY_SECONDS,
            )
        )
        for name, registered in self._workflows.items():
            DBOS.workflow(name=name, max_recovery_attempts=self._crashes_before_quarantine)(self._guarded(registered))
        if not self._worker:
            DBOS.listen_queues([])
        # Before launch, which recovers: work is never owned by an id that is not locked.
        self._locks.hold(self.executor_id)
        launch(self._schedule)
        self._journal = StepJournal(
            system_database(), self._scheduler.begun_first, self._commits or GroupCommit(self._engine)
        )
        queues = [
            DBOS.register_queue(
                queue,
                partition_concurrency=1,
                worker_concurrency=self._concurrency if queue == TICKETS else max(2, self._concurrency // 8),
                polling_interval_sec=AT_ONCE,
                on_conflict="always_update",
            )
            for queue in QUEUES
        ]
        slow = max(self._polling_seconds, SLOW_POLLING_SECONDS)
        self._bell = Bell(
            queues,
            {**dict.fromkeys(QUEUES, slow), TICKETS: self._polling_seconds},
            self._scheduler.all_began,
            self._scheduler.work_waits,
        )
        replace_queue_settings(self._bell.settings)
        self._scheduler.is_expected = self._bell.has_rung
        if self._wire is not None:
            self._wire.listen(partial(self._bell.ring, [TICKETS]))
        replace_upkeep(system_database(), queues)
        self._started = True
        self._report_unknown_workflows()
        if self._worker:
            self._ticker.start()

    def stop(self, *, grace_seconds: float = 5.0) -> None:
        """Let running workflows finish; a peer or the next start takes over what does not."""
        self._ticker.stop()
        if self._started:
            self._let_finish(grace_seconds)
            stop_waiting_for_database()
            self._journal.stop()
            DBOS.destroy(destroy_registry=True)
            self._engine.dispose()
        if self._wire is not None:
            self._wire.close()
        self.store.close()
        self._locks.release()

    def _let_finish(self, seconds: float) -> None:
        """Begin nothing more, and wait for what runs. dbos would sleep, and begin more meanwhile."""
        deadline = time.monotonic() + seconds
        self._scheduler.close(seconds)
        try:
            while (self.backlog.running(self.executor_id) or active_workflows()) and time.monotonic() < deadline:
                time.sleep(ENDED_EVERY_SECONDS)
            self._calls.write(self._engine.begin)
        except SQLAlchemyError as error:
            log.warning("stopped_without_the_database", cause=type(error).__name__)

    def _guarded(self, registered: _Registered) -> Callable[[JSON], None]:
        """A plain function: dbos sets attributes on what it is given, and bound methods do not allow that."""
        crashed = registered.crashed

        def run(stored: JSON) -> None:
            self._journal.begin()
            try:
                self._must_be_held()
                run_message(stored)
            finally:
                self._scheduler.ended(str(DBOS.workflow_id))

        def run_message(stored: JSON) -> None:
            message = _read(registered.message, stored)
            if isinstance(message, UnreadableWork):
                log.error("work_unreadable", key=message.work_id, workflow=message.kind)
                crashed(message, UNREADABLE)
                return
            ids = {"key": message.key, "ticket_id": getattr(message, "ticket_id", None)}
            try:
                with at_priority(_priority(message)):
                    self._run_noting_calls(registered, message)
            except dbos_error.DBOSUnexpectedStepError:
                # Not as a step: the place in the history where it would be kept is taken.
                log.exception("workflow_rewritten", **ids)
                crashed(message, REWRITTEN)
            except Exception as error:  # the one place for what nobody foresaw
                log.exception("workflow_crashed", **ids)
                try:
                    self.step("crashed", crashed, message, type(error).__name__, answers=object)
                except dbos_error.DBOSUnexpectedStepError:
                    crashed(message, type(error).__name__)

        return run

    def _schedule(self, database: SystemDatabase) -> None:
        self._scheduler = Scheduler(database, self._workflows, self._takes_nothing, self._is_new)
        replace_scheduler(database, self._scheduler)
        replace_claimed_rows(database, self._scheduler.rows)

    def _takes_nothing(self) -> bool:
        return not self._started or not self._locks.is_held() or bool(self._paused())

    def _must_be_held(self) -> None:
        """Ends a run whose process lost its lock: others may have its work."""
        if not self._locks.is_held():
            raise LostWork(str(DBOS.workflow_id))

    def _run_noting_calls(self, registered: _Registered, message: Message) -> None:
        if not isinstance(message, TicketMessage):
            registered.workflow(message)
            return
        with noting_calls() as made:
            try:
                registered.workflow(message)
            finally:
                self._calls.add(message.ticket_id, message.run_id, made)

    def accept(self, batch: Sequence[Work], along: Along | None = None) -> list[bool]:
        """See WorkStore."""
        answers = self.store.accept(batch, along)
        self._ring(batch)
        return answers

    def accept_at_once(self, batch: Sequence[Work]) -> list[bool] | None:
        """See WorkStore."""
        answers = self.store.accept_at_once(batch)
        if answers is not None:
            self._ring(batch)
        return answers

    def open_for_loop(self) -> None:
        """See WorkStore."""
        self.store.open_for_loop()

    def ensure(self, batch: Sequence[Work]) -> None:
        """See WorkStore."""
        self.store.ensure(batch)
        self._ring(batch)

    def _ring(self, batch: Sequence[Work]) -> None:
        """Only for tickets: what waits elsewhere is merged with what comes meanwhile."""
        if not any(work.message.queue == TICKETS and work.delay <= 0 for work in batch):
            return
        if self._started:
            self._bell.ring([TICKETS])
        elif self._wire is not None:
            self._wire.pull()

    def step(
        self, name: str, function: Callable[..., T], *args: object, answers: object = None, deferred: bool = False
    ) -> T:
        """Run a step inside a workflow: its answer is kept and never computed again.

        A step that was cut off before its answer was kept runs again, so what it does outside must bear that.
        `deferred`: the answer is kept with what follows from it first; see `keeping` and `settle`.
        """
        self._must_be_held()
        adapter = adapter_of(answers or answer_type(function))
        computed: list[T] = []

        def run() -> None:
            computed.append(while_database_is_away(function, *args))
            self._journal.answer(adapter.dump_json(computed[0]).decode())

        with self._journal.deferred() if deferred else nullcontext():
            kept = DBOS.run_step({"name": name}, run)
        # A run that takes it from the journal gets its equal, which costs a twentieth of a ticket's time to make.
        answer: T = computed[0] if computed else adapter.validate_python(kept)
        return answer

    def keeping(self) -> AbstractContextManager[Along]:
        """For rows that follow from deferred steps: keeps these in the rows' transaction."""
        return self._journal.along()

    def keep(self, write: Along) -> None:
        """Rows that need not be there before something follows from them: kept with that, or with the work's end.

        Any thread may write them, and again: see GroupCommit. A write that answers False was refused, see
        `was_refused`.
        """
        if self._started and DBOS.workflow_id:
            self._journal.keep(write)
        else:
            with self.store.database.begin() as connection:
                write(connection)

    def was_refused(self) -> bool:
        """Inside a workflow: was one of `keep` refused since this was asked last? What follows from it must not be."""
        return self._started and self._journal.was_refused()

    def settle(self) -> None:
        """Keep the answers of deferred steps now. From any thread: what follows from them may be a request."""
        if self._started:
            self._journal.settle()

    def first_try(self) -> bool:
        """Inside a workflow, True once, if no process has begun this work before: it has left nothing behind yet.

        A step that runs again, because the database was away, has.
        """
        return self._started and DBOS.workflow_id in self._scheduler.begun_first and self._journal.first_try()

    @property
    def is_new(self) -> bool:
        """Inside a workflow: has no process begun this work before, and is its partition new?"""
        return self._started and DBOS.workflow_id in self._scheduler.new

    def changed(self, name: str) -> bool:
        """Inside a workflow, around steps that a new version puts before others: may this run take them?

        Not a run that an older version brought past this place: its recorded steps would no longer fit. The answer is
        kept. `name` is stored too: never rename it, and use it once in a workflow.
        """
        return DBOS.patch(name)

    def unknown_workflows(self) -> dict[str, int]:
        """How much work waits, by workflow, that this version does not know."""
        return self.backlog.unknown_workflows(self._workflows, PIPELINE_VERSION)

    def later(self, work: Work) -> None:
        """From inside a workflow: more work, recorded with it, so that a crash leaves both or neither.

        Work that is known already is not queued again: a retry by hand leads to it once more, and it is not done twice.
        """
        self.settle()
        # "reject" would end the workflow that asks, in the engine's own kind of error, which nobody gets to see.
        options: Any = {**options_of(work), "workflow_id_reuse_policy": "return-existing"}
        DBOS.enqueue_workflow_with_options(options, stored(work.message))
        self._ring([work])

    def run_now(self, keys: Sequence[str]) -> None:
        """Let work of these keys begin now that waits for its time. What has begun, or ended, is left alone."""
        for key in keys:
            with suppress(dbos_error.DBOSException):
                DBOS.set_workflow_delay(key, delay_seconds=0)

    def forget_texts(self, partition: str, message: type[Message], ids: Collection[str]) -> None:
        """From inside a step: ended work goes that holds what people wrote, see EndedWork."""
        EndedWork(self.store.database, self.names).forget_texts(partition, kind_of(message), ids)

    def _report_unknown_workflows(self) -> None:
        for name, count in self.unknown_workflows().items():
            log.error(
                "work_of_unknown_workflow",
                workflow=name,
                waiting=count,
                advice="this version does not know it; it is done once a version that does is running",
            )

    def recover(self) -> int:
        """Take over now what processes that are gone left behind; how many workflows."""
        return self._recovery.recover()

    def _report_quarantined(self, one: WorkflowStatus) -> bool:
        registered = self._workflows.get(one.name)
        if not (registered and one.input and one.input["args"]):
            return False
        log.error("work_quarantined", key=one.workflow_id, starts=one.recovery_attempts)
        message = _read(registered.message, one.input["args"][0])
        registered.crashed(message, QUARANTINED)
        return True


def _priority(message: Message) -> Priority:
    if message.queue == WRITING:
        return Priority.URGENT
    return Priority.BULK if message.queue == BULK or message.bulk else Priority.NORMAL


def _read(message: type[Message], stored: JSON) -> Message | UnreadableWork:
    try:
        return message.model_validate(stored)
    except ValidationError:
        return UnreadableWork(kind_of(message), str(stored.get("key", "")), json.dumps(stored))


def answer_type(function: Callable[..., object]) -> object:
    """What a function is annotated to return."""
    return _annotated_answer(getattr(function, "__func__", function))


@lru_cache(maxsize=256)
def _annotated_answer(function: Callable[..., object]) -> object:
    return get_type_hints(function).get("return", object)


@cache
def adapter_of(answers: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answers)
