"""The service without its web: records, engine, clients and workflows, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from app.learning.store import ModelStore
from app.metrics import CALLS
from app.records.records import Records
from app.settings import Settings, ZendeskSettings
from app.triage.judge import Judgement
from app.triage.model.model import SHIPPED
from app.triage.shipped import shipped_judgement
from app.work.capping import Capping
from app.work.deciding import Deciding
from app.work.dry_run import DryRun
from app.work.engine import Engine
from app.work.finding import Finding
from app.work.incidents import Incidents
from app.work.intake import Intake
from app.work.issues import Issues
from app.work.lookups import Assignees, Projects
from app.work.recording import Recorder
from app.work.rulebook import Rulebook
from app.work.second_opinion import SecondOpinion
from app.work.steps import LiveSteps
from app.work.triage_ticket import LINK_WORKFLOW, WORKFLOW, TriageTicket
from app.work.writing import Writing
from integrations.errors import IntegrationError, Refused
from integrations.gitlab.client import GitLabClient
from integrations.llm import LanguageModel
from integrations.per_thread import PerThread
from integrations.zendesk.client import ZendeskClient

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Service:
    settings: Settings
    records: Records
    rulebook: Rulebook
    engine: Engine
    intake: Intake
    zendesk: Callable[[], ZendeskClient]
    gitlab: Callable[[], GitLabClient]
    judgement: Judgement
    now: Callable[[], datetime] = utc_now
    _own_user_id: int | None = field(default=None, init=False)

    @classmethod
    def build(
        cls, settings: Settings, *, worker: bool = True, concurrency: int = 8, now: Callable[[], datetime] = utc_now
    ) -> Service:
        """Opens the database and reads the YAML. Raises BadRules; calls nobody."""
        records = Records.open(settings.database_url)
        rulebook = Rulebook(settings.routing_file, settings.macros_file, records.config_versions, now)
        zendesk = PerThread(lambda: zendesk_client(settings)).get
        gitlab = PerThread(lambda: gitlab_client(settings)).get
        engine = Engine(settings.database_url, worker=worker, concurrency=concurrency)
        judgement = shipped_judgement(ModelStore(settings.model_folder).current() or SHIPPED)
        recorder = Recorder(records, now)
        projects = Projects(gitlab)
        secret = settings.gitlab_token.get_secret_value()
        steps = LiveSteps(
            Deciding(
                zendesk,
                recorder,
                rulebook,
                Capping(records.performed, now),
                judgement,
                second_opinion(settings, now),
                now,
            ),
            Finding(
                Issues(gitlab, projects, records.links, secret, now),
                Incidents(gitlab, projects, records.links, now),
                rulebook,
                now,
            ),
            Writing(zendesk, Assignees(zendesk), recorder, rulebook),
            recorder,
            rulebook,
        )
        workflow = TriageTicket(engine, steps)
        engine.register(WORKFLOW, workflow.triage, steps.crashed)
        engine.register(LINK_WORKFLOW, workflow.link, steps.crashed)
        return cls(settings, records, rulebook, engine, Intake(engine), zendesk, gitlab, judgement, now)

    def start(self) -> None:
        self.engine.start()
        self.rulebook.start()
        self.intake.start()
        log.info("service_started", executor=self.engine.executor_id, config_hash=self.rulebook.current().hash)

    def stop(self) -> None:
        """What was accepted is stored; what runs finishes, or is taken over by the next start."""
        self.intake.stop()
        self.rulebook.stop()
        self.engine.stop()
        self.records.close()

    def dry_run(self) -> DryRun:
        return DryRun(self.rulebook.current, self.judgement, self.now)

    def own_user_id(self) -> int | None:
        """The bot's own id in Zendesk; None while Zendesk has not said."""
        return self._own_user_id

    def check_zendesk(self) -> str:
        me = self.zendesk().me()
        self._own_user_id = me.id
        return f"signed in as agent {me.id}"

    def check_gitlab(self) -> str:
        if "api" not in self.gitlab().token_scopes():
            raise Refused("gitlab", "the token lacks the scope `api`", "scope_missing")
        return f"signed in as user {self.gitlab().me().id}"

    def check_queue(self) -> str:
        return f"{self.engine.waiting()} waiting"

    def check_config(self) -> str:
        """A refused file does not make us unready: the last good one works."""
        problems = self.rulebook.problems()
        refused = (
            f"; the files as they are now were refused, see /api/config: {len(problems)} problems" if problems else ""
        )
        return f"{self.rulebook.current().hash} is in force{refused}"

    def greet(self) -> None:
        """Learn who we are, if Zendesk answers: a service that is down must not keep us from accepting deliveries."""
        try:
            self.check_zendesk()
        except IntegrationError as error:
            log.warning("zendesk_not_ready", reason=error.reason)


def zendesk_client(settings: ZendeskSettings) -> ZendeskClient:
    return ZendeskClient(
        settings.zendesk_url,
        email=settings.zendesk_email,
        token=settings.zendesk_token.get_secret_value() if settings.zendesk_token else "",
        oauth_token=settings.zendesk_oauth_token.get_secret_value() if settings.zendesk_oauth_token else "",
        on_response=lambda service, response: _count(service, response.status_code),
    )


def gitlab_client(settings: Settings) -> GitLabClient:
    return GitLabClient(
        settings.gitlab_url,
        settings.gitlab_token.get_secret_value(),
        on_response=lambda service, response: _count(service, response.status_code),
    )


def second_opinion(settings: Settings, now: Callable[[], datetime]) -> SecondOpinion:
    """Off without LLM_URL."""
    token = settings.llm_token.get_secret_value() if settings.llm_token else ""
    clients = PerThread(lambda: LanguageModel(settings.llm_url, settings.llm_model, token))
    return SecondOpinion(
        clients.get if settings.llm_url else None, settings.llm_per_hour, allow_private=settings.llm_private, now=now
    )


def _count(service: str, status: int) -> None:
    CALLS.labels(service, f"{status // 100}xx").inc()
