"""All workflows, put together and made known to the engine; and what comes round by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.clients import Clients
from app.identity import Identity
from app.records.records import Records
from app.rulebook import Rulebook
from app.settings import Settings
from app.triage.judge import Judgement
from app.work.bulk import bulk_job as write_many
from app.work.bulk import outbox as parking
from app.work.bulk.outbox import Parking
from app.work.chat import jobs as chat_jobs
from app.work.chat import spike_work as wave_work
from app.work.chat.send_once import Announcer
from app.work.engine.cron import CronEntry
from app.work.engine.engine import Engine, Workflow
from app.work.engine.retention import EndedWork
from app.work.issues import report_counter as our_note
from app.work.issues.incidents import Incidents
from app.work.issues.index import IssueIndex
from app.work.issues.link_or_open import Issues
from app.work.issues.mirror import Tracked
from app.work.issues.similar import Candidates
from app.work.issues.sync import SYNC_SECONDS, SyncIssues, sync_works
from app.work.issues.sync import WORKFLOW as SYNC
from app.work.jobs.backpressure import WORKFLOW as FEEDING
from app.work.jobs.backpressure import Feeding
from app.work.jobs.job import Jobs
from app.work.jobs.pause import Holding, Pausing
from app.work.language_model import SecondOpinion
from app.work.limits.caps import Capping
from app.work.lookups import Assignees, Projects
from app.work.operations import prune as pruning
from app.work.operations.watch import Watch
from app.work.operations.webhook_health import Listening
from app.work.reconcile import issues as comparing_issues
from app.work.reconcile import tickets as comparing_tickets
from app.work.tickets.decide import Deciding
from app.work.tickets.decision_log import Recorder
from app.work.tickets.find_issue import Finding
from app.work.tickets.steps import LiveSteps
from app.work.tickets.tag_commands import ByHand
from app.work.tickets.workflow import LINK_WORKFLOW, WORKFLOW, TriageTicket
from app.work.tickets.write import Writing
from app.work.tickets.write_budget import Loops
from app.work.updates import bulk_notification as telling_many
from app.work.updates import relay_note
from app.work.updates import workflow as follow_issue
from app.work.updates.changes import Looking
from app.work.updates.marking import Marking

COMPARE_ISSUES_SECONDS = 600
COMPARE_TICKETS_SECONDS = 300
CHAT_SECONDS = 300


@dataclass(frozen=True)
class Workflows:
    """What workflows are made of."""

    settings: Settings
    records: Records
    rulebook: Rulebook
    engine: Engine
    clients: Clients
    identity: Identity
    index: IssueIndex
    listening: Listening
    pausing: Pausing
    holding: Holding
    now: Callable[[], datetime]

    def register(self, judgement: Judgement) -> None:
        """Before the engine starts. Names are stored with the work: never rename one."""
        recorder = Recorder(self.records, self.now)
        jobs = Jobs(self.engine, self.records.failures, self.records.attempts, self.holding, self.rulebook, self.now)
        steps = self._steps(recorder, judgement)
        triage = TriageTicket(self.engine, steps)
        self.engine.register(WORKFLOW, triage.triage, steps.crashed)
        self.engine.register(LINK_WORKFLOW, triage.link, steps.crashed)
        for name, job in (*self._following(jobs, recorder), *self._by_the_clock(jobs, recorder)):
            self.engine.register(name, job, jobs.crashed)
        feeding = Feeding(jobs, self.engine.backlog.waiting_tickets)
        self.engine.register(FEEDING, feeding.feed, jobs.crashed)
        sending = write_many.Sending(
            self.clients.zendesk,
            self.records.waiting_updates,
            recorder,
            self.rulebook,
            self.pausing,
            self.engine.run_now,
            self.now,
        )
        writer = write_many.WriteMany(jobs, sending)
        self.engine.register(parking.WORKFLOW, writer.write, jobs.crashed)

    def _steps(self, recorder: Recorder, judgement: Judgement) -> LiveSteps:
        zendesk, gitlab, links = self.clients.zendesk, self.clients.gitlab, self.records.links
        projects = Projects(gitlab, self.records.projects)
        settings = self.settings
        opinion = SecondOpinion(
            self.clients.language_model, settings.llm_per_hour, allow_private=settings.llm_private, now=self.now
        )
        loops = self._loops(recorder)
        by_hand = ByHand(zendesk, links, settings.gitlab_url, self.identity.zendesk_id, loops, self.now)
        capping = Capping(self.records.performed, self.now)
        candidates = Candidates(self.index, gitlab, self.tracked, self.records.progress, self.now)
        parked = Parking(self.records.waiting_updates, self.engine.ensure, self.rulebook, self.now)
        issues = Issues(gitlab, projects, links, candidates, self.tracked, self.secret, loops.not_a_person, self.now)
        incidents = Incidents(gitlab, self.clients.sentry, projects, links, self.now)
        return LiveSteps(
            Deciding(
                zendesk,
                recorder,
                self.rulebook,
                capping,
                judgement,
                opinion,
                by_hand,
                parked,
                loops,
                self.now,
            ),
            Finding(issues, incidents, self.rulebook, self.pausing, self.now),
            Writing(zendesk, Assignees(zendesk), recorder, self.rulebook, self.pausing, parked),
            recorder,
            self.rulebook,
            self.holding,
        )

    def _loops(self, recorder: Recorder) -> Loops:
        records, own = self.records, self.identity.zendesk_id
        return Loops(self.clients.zendesk, recorder, records.ticket_writes, self.rulebook, own, self.now)

    @property
    def tracked(self) -> Tracked:
        return Tracked(self.records.tracked_issues, self.index, self.now)

    @property
    def secret(self) -> str:
        """Makes our markers: whoever has the token could write them anyway."""
        return self.settings.gitlab_token.get_secret_value()

    def _following(self, jobs: Jobs, recorder: Recorder) -> list[tuple[str, Workflow]]:
        zendesk, gitlab, links = self.clients.zendesk, self.clients.gitlab, self.records.links
        looking = Looking(gitlab, links, self.tracked, self.records.projects, self.rulebook, self.now)
        sending = telling_many.Sending(zendesk, recorder, self._loops(recorder), self.rulebook, self.now)
        ours = our_note.OurNotes(
            jobs, gitlab, links, self.records.issue_notes, self.rulebook, self.pausing, self.secret
        )
        marking = Marking(links, self.rulebook, self.now)
        return [
            (follow_issue.WORKFLOW, follow_issue.FollowIssue(jobs, looking, marking).follow),
            (telling_many.WORKFLOW, telling_many.TellMany(jobs, sending).tell),
            (relay_note.WORKFLOW, relay_note.RelayNote(jobs, gitlab, links, marking).relay),
            (our_note.WORKFLOW, ours.count),
        ]

    def _by_the_clock(self, jobs: Jobs, recorder: Recorder) -> list[tuple[str, Workflow]]:
        gitlab, records = self.clients.gitlab, self.records
        projects = Projects(gitlab, records.projects)
        issues = comparing_issues.CompareIssues(jobs, gitlab, records.links, self.tracked, self.rulebook)
        tickets = comparing_tickets.CompareTickets(
            jobs, self.clients.zendesk, recorder, records.progress, self.engine.backlog.partitions_with, self.now
        )
        announcer = Announcer(self.clients.chat, records.announcements, records.failures, self.now)
        chat = chat_jobs.ChatJobs(
            jobs,
            announcer,
            records,
            self.rulebook,
            Watch(self.listening, gitlab, projects),
            self.settings.zendesk_url,
            self.now,
        )
        return [
            (wave_work.WORKFLOW, chat.look_for_wave),
            (chat_jobs.ROUND, chat.say_round),
            (comparing_issues.WORKFLOW, issues.compare),
            (comparing_tickets.WORKFLOW, tickets.compare),
            (
                pruning.WORKFLOW,
                pruning.Prune(
                    jobs, records, EndedWork(records.engine, self.engine.names), self.rulebook, self.now
                ).prune,
            ),
            (SYNC, SyncIssues(jobs, gitlab, projects, self.tracked, records.progress, self.now).sync),
        ]

    def cron_entries(self) -> list[CronEntry]:
        """What comes round by the clock."""
        return [
            CronEntry("sync_issues", SYNC_SECONDS, lambda key, now: sync_works(key, now, self.rulebook.current())),
            CronEntry("prune", pruning.PRUNE_SECONDS, lambda key, now: [pruning.prune_work(key, now)]),
            CronEntry("chat", CHAT_SECONDS, lambda key, now: [chat_jobs.round_work(key, now)]),
            CronEntry(
                "compare_issues",
                COMPARE_ISSUES_SECONDS,
                lambda key, now: [comparing_issues.compare_issues_work(key, now)],
            ),
            CronEntry(
                "compare_tickets",
                COMPARE_TICKETS_SECONDS,
                lambda key, now: [comparing_tickets.compare_tickets_work(key, now)],
            ),
        ]
