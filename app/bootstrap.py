"""The composition root: from the settings to a service, with every workflow known to its engine."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Self

from app.clients import Clients
from app.identity import Identity
from app.model.encoder import Encoder
from app.model.model import SHIPPED
from app.model.store import ModelStore
from app.records.database_url import is_sqlite
from app.records.decisions import nothing_decided
from app.records.records import Records
from app.rulebook import RULEBOOK_SECONDS, Rulebook
from app.rules.files import read_rules
from app.rules.loading import Rules
from app.service import Service
from app.settings import Settings, SetupSettings
from app.setup.connect import connect
from app.setup.health import HEALTH_SECONDS, SetupHealth
from app.setup.objects import Account
from app.ticker import Task, Ticker
from app.triage.judge import Judgement
from app.triage.shipped import shipped_judgement
from app.visibility import Visibility
from app.work.bulk import bulk_job
from app.work.chat import ask_expert
from app.work.chat import jobs as chat_jobs
from app.work.chat.send_once import Announcer
from app.work.chat.webhook_health import LastDeliveries, WebhookAlerts
from app.work.decisions.language_model import LanguageModelFallback
from app.work.documentation import sync as sync_documentation
from app.work.engine.bell_wire import BellWire
from app.work.engine.cron import CRON_SECONDS, Cron, CronEntry
from app.work.engine.engine import Engine
from app.work.engine.work_store import Intake
from app.work.issues import report_counter, sync
from app.work.issues.incidents import IncidentFinder
from app.work.issues.index import IssueIndex
from app.work.issues.issue_links import IssueLinks
from app.work.issues.known_issue import KnownIssues
from app.work.issues.link_or_open import IssueLinker
from app.work.issues.mirror import IssueMirror
from app.work.issues.open_claims import OpenClaims
from app.work.issues.projects import ProjectCache
from app.work.issues.similar import SimilarIssues
from app.work.jobs import backpressure
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.pause import PauseSwitch, Suspension
from app.work.limits.outbound import OutboundCalls, outbound_calls
from app.work.mentions import backfill, create_ticket, read_feed, take
from app.work.mentions.open_feed import OpenFeeds
from app.work.messages import CheckForChat, Prune, ReconcileIssues, ReconcileTickets, SyncFirstAnswers, Work
from app.work.operations import prune
from app.work.operations.dead_letters import DeadLetters
from app.work.operations.dry_run import DryRun
from app.work.operations.playground import Playground
from app.work.provenance import Provenance
from app.work.reconcile import backfill_tickets, first_answers
from app.work.reconcile import issues as reconcile_issues
from app.work.reconcile import tickets as reconcile_tickets
from app.work.search.live_index import INDEX_SECONDS
from app.work.search.text_index import TextIndex
from app.work.tickets import workflow as ticket_workflow
from app.work.tickets.assignees import AssigneeCache
from app.work.updates import relay_note
from app.work.updates import workflow as issue_workflow

PRUNE_SECONDS = 3600
CHAT_SECONDS = 300
RECONCILE_ISSUES_SECONDS = 600
RECONCILE_TICKETS_SECONDS = 300


utc_now = partial(datetime.now, UTC)


@dataclass(frozen=True)
class Loaded:
    """What takes time and memory to load. Several processes may share it, so that it is there once."""

    judgement: Judgement
    rules: Rules | None = None
    """As the files were then; None: read them."""
    has_newest_tables: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """For those who bring the tables up to date. Raises BadModel, BadRules and OSError."""
        rules = read_rules(settings.routing_file, settings.macros_file)
        return cls(load_judgement(settings), rules, has_newest_tables=True)


def load_judgement(settings: Settings) -> Judgement:
    """Only read afterwards. Raises BadModel and OSError."""
    judgement = shipped_judgement(_model_of(settings))
    return replace(judgement, clock=time.monotonic)


def _model_of(settings: Settings) -> Path:
    return ModelStore(settings.model_folder).current() or SHIPPED


def build(
    settings: Settings,
    loaded: Loaded | None = None,
    *,
    worker: bool = True,
    wire: BellWire | None = None,
    concurrency: int = 64,
    now: Callable[[], datetime] = utc_now,
) -> Service:
    """Opens the database and reads the YAML. Raises BadRules and OSError; calls nobody.

    Not a `worker`: stores work that another process does; `wire` tells that one at once.
    """
    loaded = loaded or Loaded(load_judgement(settings))
    judgement = loaded.judgement
    records = Records.open(settings.database_url, has_newest_tables=loaded.has_newest_tables)
    rulebook = Rulebook(settings.routing_file, settings.macros_file, records.config_versions, now, loaded.rules)
    pause = PauseSwitch(records.pauses)
    engine = Engine(
        settings.database_url,
        concurrency=concurrency,
        paused=partial(pause.paused, "all"),
        wire=wire,
        is_new=nothing_decided,
        commits=records.commits if is_sqlite(settings.database_url) else None,
    )
    outbound = outbound_calls(records, rulebook, now, engine.settle)
    clients = Clients.of(settings, outbound)
    deps = Dependencies(
        settings=settings,
        records=records,
        rulebook=rulebook,
        engine=engine,
        clients=clients,
        identity=Identity(clients.zendesk, clients.gitlab),
        pause=pause,
        suspension=Suspension(records.suspended_work, pause, engine.accept, now),
        visibility=Visibility(clients.gitlab, now),
        now=now,
    )
    encoder = Encoder.installed()
    index = IssueIndex(records.tracked_issues, encoder, now)
    texts = TextIndex(records.searched_texts, encoder, now)
    sources = ("zendesk", "gitlab") if settings.gitlab_webhook_secret else ("zendesk",)
    setup = SetupHealth(_account(settings, rulebook, outbound) if settings.public_url else None)
    last_deliveries = LastDeliveries(records.progress, now, sources)
    _register_workflows(
        deps, judgement, index=index, texts=texts, last_deliveries=last_deliveries, setup=setup, outbound=outbound
    )
    cron = Cron(_cron_entries(rulebook), _unless_paused(deps), now)
    of_worker = (
        Task("cron", CRON_SECONDS, cron.queue_due),
        Task("suspended_work", CRON_SECONDS, deps.suspension.resume),
        Task("issue_index", INDEX_SECONDS, index.update, slow=True),
        Task("text_index", INDEX_SECONDS, texts.update, slow=True),
        Task("setup", HEALTH_SECONDS, setup.look, slow=True),
    )
    return Service(
        deps=deps,
        works=worker,
        outbound=outbound,
        index=index,
        texts=texts,
        intake=Intake(engine),
        last_deliveries=last_deliveries,
        assignees=AssigneeCache(deps),
        setup=setup,
        playground=Playground.of(records, DryRun(rulebook.current, judgement, now), _model_of(settings)),
        dead_letters=DeadLetters(records.failures, engine.accept, now),
        ticker=Ticker(
            Task("rulebook", RULEBOOK_SECONDS, rulebook.refresh),
            Task("last_deliveries", CRON_SECONDS, last_deliveries.keep),
            *(of_worker if worker else ()),
        ),
    )


def _account(settings: Settings, rulebook: Rulebook, outbound: OutboundCalls) -> Callable[[], Account]:
    """Read anew at each look."""
    environ = {
        "ZENDESK_WEBHOOK_SECRET": ",".join(one.get_secret_value() for one in settings.zendesk_webhook_secret),
        "GITLAB_WEBHOOK_SECRET": ",".join(one.get_secret_value() for one in settings.gitlab_webhook_secret),
    }
    of_setup = SetupSettings.model_validate(settings.model_dump())
    return lambda: connect(of_setup, environ, rulebook.current(), needs_admin=False, outbound=outbound)


def _register_workflows(
    deps: Dependencies,
    judgement: Judgement,
    *,
    index: IssueIndex,
    texts: TextIndex,
    last_deliveries: LastDeliveries,
    setup: SetupHealth,
    outbound: OutboundCalls,
) -> None:
    settings, clients = deps.settings, deps.clients
    projects = ProjectCache(deps)
    mirror = IssueMirror(deps.records.tracked_issues, index, deps.now)
    provenance = Provenance(clients.zendesk, deps.identity)
    links = IssueLinks(deps)
    ticket_workflow.register(
        deps,
        judgement=judgement,
        language_model=LanguageModelFallback(
            clients.language_model, settings.llm_per_hour, allow_private=settings.llm_private, now=deps.now
        )
        if clients.language_model
        else None,
        linker=IssueLinker(
            deps=deps,
            projects=projects,
            known_issues=KnownIssues(deps, SimilarIssues(deps, index, mirror), mirror, links, OpenClaims(index)),
            links=links,
            mirror=mirror,
            provenance=provenance,
        ),
        incidents=IncidentFinder(deps=deps, projects=projects),
        texts=texts,
        provenance=provenance,
    )
    bulk_job.register(deps)
    backpressure.register(deps)
    issue_workflow.register(deps, mirror)
    relay_note.register(deps)
    report_counter.register(deps)
    take.register(deps)
    create_ticket.register(deps)
    open_feeds = OpenFeeds(settings, outbound)
    read_feed.register(deps, open_feeds.open)
    backfill.register(deps, open_feeds.open)
    sync.register(deps, projects, mirror)
    sync_documentation.register(deps, outbound)
    reconcile_issues.register(deps, mirror)
    reconcile_tickets.register(deps)
    first_answers.register(deps)
    backfill_tickets.register(deps)
    chat_jobs.register(
        deps,
        Announcer(clients.chat, deps.records.announcements, deps.records.failures, deps.now),
        WebhookAlerts(deps=deps, last=last_deliveries, projects=projects, setup_problems=setup.sentences),
    )
    ask_expert.register(deps, provenance)
    prune.register(deps)


def _cron_entries(rulebook: Rulebook) -> list[CronEntry]:
    """What is queued by the clock."""

    def one(
        message: type[CheckForChat | Prune | ReconcileIssues | ReconcileTickets | SyncFirstAnswers],
    ) -> Callable[..., list[Work]]:
        return lambda key, now: [Work(message(key=key, accepted_at=now))]

    return [
        CronEntry("sync_issues", sync.SYNC_SECONDS, lambda key, now: sync.sync_works(key, now, rulebook.current())),
        CronEntry("feeds", read_feed.LOOK_SECONDS, lambda key, now: read_feed.feed_works(key, now, rulebook.current())),
        CronEntry(
            "documentation",
            sync_documentation.LOOK_SECONDS,
            lambda key, now: sync_documentation.documentation_works(key, now, rulebook.current()),
        ),
        CronEntry("prune", PRUNE_SECONDS, one(Prune)),
        CronEntry("chat", CHAT_SECONDS, one(CheckForChat)),
        CronEntry("reconcile_issues", RECONCILE_ISSUES_SECONDS, one(ReconcileIssues)),
        CronEntry("reconcile_tickets", RECONCILE_TICKETS_SECONDS, one(ReconcileTickets)),
        CronEntry("first_answers", first_answers.SYNC_SECONDS, one(SyncFirstAnswers)),
    ]


def _unless_paused(deps: Dependencies) -> Callable[[Sequence[Work]], None]:
    """Runs that a pause left out are not made up for: the next one goes on from where the last one came."""

    def ensure(works: Sequence[Work]) -> None:
        if not deps.pause.paused("all"):
            deps.engine.ensure(works)

    return ensure
