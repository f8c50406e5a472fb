"""The service without its web: it starts and stops, and says how it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.metrics import (
    BUDGET_LEFT,
    CIRCUIT_OPEN,
    FEED_BLOCKED_LOOKS,
    FEED_READ,
    LAST_SEEN,
    OLDEST_WAITING,
    OPEN_FAILURES,
    PAUSED,
    SUSPENDED,
    UNKNOWN_WORKFLOW_WORK,
    WAITING,
)
from app.records.feeds import BLOCKED_LOOKS, FeedStatus
from app.records.pauses import WHATS
from app.setup.health import SetupHealth
from app.ticker import Ticker
from app.work.chat.webhook_health import LastDeliveries
from app.work.engine.work_store import Intake
from app.work.issues.index import IssueIndex
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.pause import described
from app.work.limits.outbound import OutboundCalls
from app.work.limits.rate_limiter import Priority, at_priority
from app.work.operations.dead_letters import DeadLetters
from app.work.operations.dry_run import DryRun
from app.work.operations.labelling import Labelling
from app.work.operations.links_by_hand import LinksByHand
from app.work.operations.playground import Playground
from app.work.search.text_index import TextIndex
from app.work.tickets.assignees import AssigneeCache, groups_named
from integrations.errors import Invalid, NotFound, Refused

log = structlog.get_logger(__name__)

# Shorter than this it can be guessed in a long night.
SHORT_TOKEN = 16

ZENDESK_SETTINGS = "check ZENDESK_URL, ZENDESK_EMAIL and ZENDESK_TOKEN"
GITLAB_SETTINGS = "check GITLAB_URL and GITLAB_TOKEN, which needs the scope `api`"


class Degraded(Exception):
    """Accepting and working go on, but something needs people: says what, in words that anybody may read."""


class NotReady(Exception):
    """A part does not work: says what, in words that anybody may read."""


@dataclass(frozen=True)
class Service:
    """`app.bootstrap.build` makes one."""

    deps: Dependencies
    works: bool
    """False: another process does the work that this one stores."""
    outbound: OutboundCalls
    index: IssueIndex
    texts: TextIndex
    intake: Intake
    last_deliveries: LastDeliveries
    dead_letters: DeadLetters
    ticker: Ticker
    assignees: AssigneeCache
    setup: SetupHealth
    playground: Playground

    def start(self) -> None:
        if self.works:
            self.deps.engine.start()
        self.intake.start()
        self.ticker.start()
        # Of two processes, one says it.
        if self.works and len(self.deps.settings.desk_token.get_secret_value()) < SHORT_TOKEN:
            log.warning("desk_token_short", advice="it guards all decisions: openssl rand -hex 32")
        settings, rules = self.deps.settings, self.deps.rulebook.current()
        log.info(
            "service_started",
            executor=self.deps.engine.executor_id,
            config_hash=rules.hash,
            mode=rules.routing.defaults.mode,
            zendesk=settings.zendesk_url,
            gitlab=settings.gitlab_url,
        )

    def stop(self) -> None:
        """What was accepted is stored; what runs finishes, or is taken over by the next start."""
        self.playground.stop()
        self.ticker.stop()
        self.intake.stop()
        self.deps.engine.stop()
        self.deps.clients.close()
        self.deps.records.close()

    def dry_run(self) -> DryRun:
        return self.playground.dry_run

    def links_by_hand(self) -> LinksByHand:
        deps = self.deps
        records = deps.records
        return LinksByHand(
            records.decisions, records.links, deps.engine.accept, deps.now, gitlab_url=deps.settings.gitlab_url
        )

    def labelling(self) -> Labelling:
        return Labelling(self.deps.records.decisions, self.deps.engine.accept, self.deps.now)

    def probes(self) -> dict[str, Callable[[], str]]:
        """By part, a function that says how it is.

        It raises when the part does not work, and Degraded when people should look at it.
        """
        return {
            "database": self.check_database,
            "queue": self.check_queue,
            "workflows": self.check_workflows,
            "config": self.check_config,
            "pauses": self.check_pauses,
            "feeds": self.check_feeds,
            "setup": self.check_setup,
        }

    def remote_probes(self) -> dict[str, Callable[[], str]]:
        """Those that call other services."""
        return {
            "zendesk": self.check_zendesk,
            "groups": self.check_groups,
            "gitlab": self.check_gitlab,
            "trackers": self.check_trackers,
        }

    def check_zendesk(self) -> str:
        # Work may use up our share; that is no reason to be taken for unready.
        with at_priority(Priority.URGENT), _said_with(ZENDESK_SETTINGS):
            return f"signed in as agent {self.deps.identity.ask_zendesk()}"

    def check_gitlab(self) -> str:
        with at_priority(Priority.URGENT), _said_with(GITLAB_SETTINGS):
            if "api" not in self.deps.clients.gitlab.token_scopes():
                raise Refused("gitlab", "the token lacks the scope `api`", "scope_missing")
            return f"signed in as user {self.deps.identity.ask_gitlab()}"

    def check_trackers(self) -> str:
        """Are the projects there? Degraded: replies that name an issue are written, and can never be suggested."""
        rules = self.deps.rulebook.current()
        used = {one.issue.tracker for one in rules.routing.archetypes.values() if one.issue}
        named = {one.issue.tracker for one in rules.routing.archetypes.values() if one.issue and one.reply}
        hidden = []
        for name in sorted(used):
            project = rules.routing.trackers[name].project
            try:
                with at_priority(Priority.URGENT):
                    is_public = self.deps.clients.gitlab.project(project).public
            except (NotFound, Refused) as error:
                place = rules.place_of_tracker(project)
                raise NotReady(
                    f"{error.reason}: {project} ({place}): mend its name, or let the token read it"
                ) from error
            if name in named and not is_public:
                hidden.append(name)
        if hidden:
            raise Degraded(f"a reply can never name an issue, because strangers may not read: {', '.join(hidden)}")
        return "strangers may read the issues that replies name"

    def check_groups(self) -> str:
        """Degraded: tickets get everything but their group."""
        missing = []
        for name in groups_named(self.deps.rulebook.current().routing):
            try:
                with at_priority(Priority.URGENT):
                    self.assignees.group(name)
            except (NotFound, Invalid) as error:
                missing.append(f"{error.reason}: {name}")
        if missing:
            raise Degraded(f"routing.yaml names groups that Zendesk does not have: {'; '.join(missing)}")
        return "Zendesk has the groups that routing.yaml names"

    def check_database(self) -> str:
        self.deps.engine.store.try_to_write()
        return "it can be written"

    def check_queue(self) -> str:
        age = self.oldest_waiting()
        return f"{self.deps.engine.backlog.waiting()} waiting" + (f", the oldest for {age:.0f} s" if age else "")

    def check_workflows(self) -> str:
        """Degraded at most: while a version is rolled out, or back, two of them share the queue."""
        if unknown := self.deps.engine.unknown_workflows():
            waiting = ", ".join(f"{count} of {name}" for name, count in unknown.items())
            raise Degraded(f"work of workflows that this version does not know waits for one that does: {waiting}")
        return "all work that waits is known"

    def measure(self) -> None:
        """Set the metrics that are looked up in the database, where all workers keep them."""
        WAITING.set(self.deps.engine.backlog.waiting())
        OPEN_FAILURES.set(self.deps.records.failures.count_open())
        SUSPENDED.set(self.deps.records.suspended_work.count())
        paused = {one.what for one in self.deps.pause.current()}
        for pausable in WHATS:
            PAUSED.labels(pausable).set(pausable in paused)
        UNKNOWN_WORKFLOW_WORK.clear()
        for name, count in self.deps.engine.unknown_workflows().items():
            UNKNOWN_WORKFLOW_WORK.labels(name).set(count)
        OLDEST_WAITING.set(self.oldest_waiting())
        for source in self.last_deliveries.sources:
            LAST_SEEN.labels(source).set(self.last_deliveries.last(source).timestamp())
        FEED_BLOCKED_LOOKS.clear()
        FEED_READ.clear()
        for feed in self.feeds():
            FEED_BLOCKED_LOOKS.labels(feed.name).set(feed.blocked_looks)
            if feed.read_at:
                FEED_READ.labels(feed.name).set(datetime.fromisoformat(feed.read_at).timestamp())
        now = self.deps.now().timestamp()
        BUDGET_LEFT.clear()
        for limit in self.outbound.limiter.state():
            service, _, what = limit.name.partition(":")
            BUDGET_LEFT.labels(service, what).set(limit.left(now))
        circuits = self.outbound.breaker.state()
        for service in self.deps.clients.services:
            is_open = service in circuits and circuits[service].state != "closed"
            CIRCUIT_OPEN.labels(service).set(is_open)

    def oldest_waiting(self) -> float:
        """Seconds; 0 when nothing waits."""
        since = self.deps.engine.backlog.waits_since()
        return max(0.0, (self.deps.now() - since).total_seconds()) if since else 0.0

    def check_config(self) -> str:
        """A refused file does not make us unready: the last good one works."""
        problems = self.deps.rulebook.problems()
        refused = (
            f"; the files as they are now were refused, see /api/config: {len(problems)} problems" if problems else ""
        )
        return f"{self.deps.rulebook.current().hash} is in force{refused}"

    def check_pauses(self) -> str:
        """Paused by people is not broken: it makes nothing unready."""
        return "; ".join(map(described, self.deps.pause.current())) or "nothing is paused"

    def check_feeds(self) -> str:
        """Degraded at most: what a blocked feed brings comes later, and nothing else waits for it."""
        feeds = self.feeds()
        if blocked := [one.name for one in feeds if one.is_blocked]:
            raise Degraded(f"blocked since {BLOCKED_LOOKS} looks or more, see /api/feeds: {', '.join(blocked)}")
        return f"{len(feeds)} are looked at" if feeds else "routing.yaml names none"

    def feeds(self) -> list[FeedStatus]:
        """As routing.yaml names them."""
        now = self.deps.now()
        return [self.deps.records.feeds.of(name, now) for name in self.deps.rulebook.current().routing.feeds]

    def check_setup(self) -> str:
        """Degraded: what `pointsman doctor` found at its last look. A new one is made every hour."""
        if self.setup.account is None:
            return "not looked at: PUBLIC_URL is not set"
        if said := self.setup.said():
            raise Degraded(said)
        return "nothing is wrong, as far as our token may look"

    def greet(self) -> None:
        """Learn who we are: a service that is down must not keep us from accepting deliveries."""
        for service, reason in self.deps.identity.learn().items():
            log.warning("service_not_ready", service=service, cause=reason)


@contextmanager
def _said_with(advice: str) -> Iterator[None]:
    """What a service refuses, with where to look."""
    try:
        yield
    except Refused as error:
        raise NotReady(f"{error.reason}: {advice}") from error
