"""All records on one connection pool."""

from __future__ import annotations

import sqlalchemy as sa

from app.records.announcements import Announcements
from app.records.budgets import Budgets
from app.records.circuits import Circuits
from app.records.config_versions import ConfigVersions
from app.records.corrections import Corrections
from app.records.database import make_engine, migrate
from app.records.decisions import Decisions
from app.records.failures import Failures
from app.records.issue_notes import IssueNotes
from app.records.links import Links
from app.records.performed import Performed
from app.records.progress import Progress
from app.records.projects import KnownProjects
from app.records.tracked_issues import TrackedIssues
from app.records.waiting_updates import WaitingUpdates


class Records:
    def __init__(self, engine: sa.Engine, hasty: sa.Engine) -> None:
        """`hasty`: on the same database, for what need not survive a power cut."""
        self.engine = engine
        self.hasty = hasty
        self.budgets = Budgets(hasty)
        self.circuits = Circuits(hasty)
        self.waiting_updates = WaitingUpdates(engine)
        self.decisions = Decisions(engine)
        self.links = Links(engine)
        self.failures = Failures(engine)
        self.performed = Performed(engine)
        self.corrections = Corrections(engine)
        self.config_versions = ConfigVersions(engine)
        self.tracked_issues = TrackedIssues(engine)
        self.issue_notes = IssueNotes(engine)
        self.progress = Progress(engine)
        self.projects = KnownProjects(engine)
        self.announcements = Announcements(engine)

    @classmethod
    def open(cls, url: str) -> Records:
        """Connect, and bring the tables up to date."""
        engine = make_engine(url)
        migrate(engine)
        return cls(engine, make_engine(url, pool=1, durable=False))

    def close(self) -> None:
        self.engine.dispose()
        self.hasty.dispose()
