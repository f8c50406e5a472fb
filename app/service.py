"""The service without its web: records, engine, clients and workflows, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.clients import Clients
from app.identity import Identity
from app.memory import Spare
from app.metrics import BUDGET_LEFT, CIRCUIT_OPEN, LAST_SEEN, OLDEST_WAITING, UNKNOWN_WORKFLOW_WORK
from app.model.encoder import Encoder
from app.model.model import SHIPPED
from app.model.store import ModelStore
from app.records.records import Records
from app.rulebook import RULEBOOK_SECONDS, Rulebook
from app.settings import Settings
from app.ticker import Task, Ticker
from app.triage.judge import Judgement
from app.triage.shipped import shipped_judgement
from app.web.api.health import Degraded
from app.work.engine.cron import CRON_SECONDS, Cron
from app.work.engine.engine import Engine, Work
from app.work.engine.intake import Intake
from app.work.issues.index import INDEX_SECONDS, IssueIndex
from app.work.jobs.pause import Holding, Pausing, said
from app.work.limits.circuit_breaker import CircuitBreaker
from app.work.limits.outbound import OutboundCalls
from app.work.limits.priority import Priority, at_priority
from app.work.limits.rate_limiter import RateLimiter
from app.work.operations.dead_letters import Retrying
from app.work.operations.dry_run import DryRun
from app.work.operations.webhook_health import Listening
from app.workflows import Workflows
from integrations.errors import Refused
from integrations.gitlab.rates import LIMITED as GITLAB_LIMITED
from integrations.rates import Limited
from integrations.zendesk.rates import LIMITED as ZENDESK_LIMITED

log = structlog.get_logger(__name__)

# Shorter than this it can be guessed in a long night.
SHORT_TOKEN = 16


LIMITED: dict[str, Limited] = {"zendesk": ZENDESK_LIMITED, "gitlab": GITLAB_LIMITED}


def utc_now() -> datetime:
    return datetime.now(UTC)


def outbound_calls(records: Records, rulebook: Rulebook, now: Callable[[], datetime]) -> OutboundCalls:
    def clock() -> float:
        return now().timestamp()

    limiter = RateLimiter(records.rate_limits, lambda: rulebook.current().routing.limits, LIMITED, clock)
    return OutboundCalls(limiter, CircuitBreaker(records.circuits, clock))


def sources_of(settings: Settings) -> tuple[str, ...]:
    """What sends us deliveries."""
    return ("zendesk", "gitlab") if settings.gitlab_webhook_secret else ("zendesk",)


@dataclass
class Service:
    settings: Settings
    records: Records
    rulebook: Rulebook
    engine: Engine
    intake: Intake
    clients: Clients
    identity: Identity
    index: IssueIndex
    ticker: Ticker
    listening: Listening
    pausing: Pausing
    retrying: Retrying
    judgement: Judgement
    outbound: OutboundCalls
    now: Callable[[], datetime] = utc_now

    @classmethod
    def build(
        cls, settings: Settings, *, worker: bool = True, concurrency: int = 8, now: Callable[[], datetime] = utc_now
    ) -> Service:
        """Opens the database and reads the YAML. Raises BadRules and OSError; calls nobody."""
        records = Records.open(settings.database_url)
        rulebook = Rulebook(settings.routing_file, settings.macros_file, records.config_versions, now)
        pausing = Pausing(records.pauses)
        engine = Engine(
            settings.database_url,
            worker=worker,
            concurrency=concurrency,
            paused=lambda: pausing.paused("all") is not None,
        )
        holding = Holding(records.held, pausing, engine.accept, now)
        encoder = Encoder.installed()
        judgement = shipped_judgement(ModelStore(settings.model_folder).current() or SHIPPED, encoder)
        outbound = outbound_calls(records, rulebook, now)
        clients = Clients.of(settings, outbound)
        identity = Identity(clients.zendesk, clients.gitlab)
        listening = Listening(records.progress, now, sources_of(settings))
        index = IssueIndex(records.tracked_issues, encoder, now)
        workflows = Workflows(
            settings,
            records,
            rulebook,
            engine,
            clients,
            identity,
            index,
            listening,
            pausing,
            holding,
            now,
        )
        workflows.register(judgement)

        def ensure_scheduled(works: Sequence[Work]) -> None:
            """Runs that a pause left out are not made up for: the next one goes on from where the last one came."""
            if not pausing.paused("all"):
                engine.ensure(works)

        spare = Spare()
        cron = Cron(workflows.cron_entries(), ensure_scheduled, now)
        ticker = Ticker(
            Task("rulebook", RULEBOOK_SECONDS, rulebook.refresh),
            Task("cron", CRON_SECONDS, cron.queue_due),
            Task("webhook_health", CRON_SECONDS, listening.keep),
            Task("held_work", CRON_SECONDS, holding.release),
            Task("memory", CRON_SECONDS, spare.give_back),
            Task("issue_index", INDEX_SECONDS, index.update, slow=True),
        )
        return cls(
            settings=settings,
            records=records,
            rulebook=rulebook,
            engine=engine,
            intake=Intake(engine),
            clients=clients,
            identity=identity,
            index=index,
            ticker=ticker,
            listening=listening,
            pausing=pausing,
            retrying=Retrying(records.failures, records.ticket_writes, engine.accept, now),
            judgement=judgement,
            outbound=outbound,
            now=now,
        )

    def start(self) -> None:
        self.engine.start()
        self.intake.start()
        self.ticker.start()
        if len(self.settings.desk_token.get_secret_value()) < SHORT_TOKEN:
            log.warning("desk_token_short", advice="it guards all decisions: openssl rand -hex 32")
        log.info("service_started", executor=self.engine.executor_id, config_hash=self.rulebook.current().hash)

    def stop(self) -> None:
        """What was accepted is stored; what runs finishes, or is taken over by the next start."""
        self.ticker.stop()
        self.intake.stop()
        self.engine.stop()
        self.clients.close()
        self.records.close()

    def dry_run(self) -> DryRun:
        return DryRun(self.rulebook.current, self.judgement, self.now)

    def check_zendesk(self) -> str:
        with at_priority(Priority.URGENT):  # work may use up our share; that is no reason to be taken for unready
            return f"signed in as agent {self.identity.ask_zendesk()}"

    def check_gitlab(self) -> str:
        with at_priority(Priority.URGENT):
            if "api" not in self.clients.gitlab().token_scopes():
                raise Refused("gitlab", "the token lacks the scope `api`", "scope_missing")
            return f"signed in as user {self.identity.ask_gitlab()}"

    def check_queue(self) -> str:
        age = self._oldest_waiting()
        return f"{self.engine.backlog.waiting()} waiting" + (f", the oldest for {age:.0f} s" if age else "")

    def check_workflows(self) -> str:
        """Not a reason to refuse deliveries: while a version is rolled out, or back, two of them share the queue."""
        if unknown := self.engine.unknown_workflows():
            waiting = ", ".join(f"{count} of {name}" for name, count in unknown.items())
            raise Degraded(f"work of workflows that this version does not know waits for one that does: {waiting}")
        return "all work that waits is known"

    def measure(self) -> None:
        """What metrics look up in the database, where all workers keep it."""
        UNKNOWN_WORKFLOW_WORK.clear()
        for name, count in self.engine.unknown_workflows().items():
            UNKNOWN_WORKFLOW_WORK.labels(name).set(count)
        OLDEST_WAITING.set(self._oldest_waiting())
        for source in self.listening.sources:
            LAST_SEEN.labels(source).set(self.listening.last(source).timestamp())
        now = self.now().timestamp()
        BUDGET_LEFT.clear()
        for limit in self.outbound.limiter.state():
            service, _, what = limit.name.partition(":")
            BUDGET_LEFT.labels(service, what).set(limit.left(now))
        circuits = self.outbound.breaker.state()
        for service in self.clients.services:
            is_open = service in circuits and circuits[service].state != "closed"
            CIRCUIT_OPEN.labels(service).set(is_open)

    def _oldest_waiting(self) -> float:
        """Seconds; 0 when nothing waits."""
        since = self.engine.backlog.waits_since()
        return max(0.0, (self.now() - since).total_seconds()) if since else 0.0

    def check_config(self) -> str:
        """A refused file does not make us unready: the last good one works."""
        problems = self.rulebook.problems()
        refused = (
            f"; the files as they are now were refused, see /api/config: {len(problems)} problems" if problems else ""
        )
        return f"{self.rulebook.current().hash} is in force{refused}"

    def check_pauses(self) -> str:
        """Paused by people is not broken: it makes nothing unready."""
        return "; ".join(map(said, self.pausing.current())) or "nothing is paused"

    def greet(self) -> None:
        """Learn who we are: a service that is down must not keep us from accepting deliveries."""
        for service, reason in self.identity.learn().items():
            log.warning("service_not_ready", service=service, reason=reason)
