"""All records on one connection pool."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.records.announcements import Announcements
from app.records.attempts import Attempts
from app.records.config_versions import ConfigVersions
from app.records.corrections import Corrections
from app.records.database import is_sqlite, is_up_to_date, make_engine, migrate, sqlite_path
from app.records.decisions import Decisions
from app.records.failures import Failures
from app.records.held import HeldWork
from app.records.issue_notes import IssueNotes
from app.records.links import Links
from app.records.pauses import Pauses
from app.records.performed import Performed
from app.records.progress import Progress
from app.records.projects import KnownProjects
from app.records.ticket_writes import TicketWrites
from app.records.tracked_issues import TrackedIssues


class NoRecords(Exception):
    """There is no database of a service that this version could read."""

    reason = "no_records"


class Records:
    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
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
        self.attempts = Attempts(engine)
        self.pauses = Pauses(engine)
        self.held = HeldWork(engine)
        self.ticket_writes = TicketWrites(engine)

    @classmethod
    def open(cls, url: str) -> Records:
        """Connect, and bring the tables up to date."""
        engine = make_engine(url)
        migrate(engine)
        return cls(engine)

    @classmethod
    def beside_a_service(cls, url: str) -> Records:
        """For a command: on the tables as they are. Raises NoRecords when there are none, or older ones."""
        if is_sqlite(url) and not sqlite_path(url).exists():
            raise NoRecords(f"there is no database at {sqlite_path(url)}")
        engine = make_engine(url, pool=1)
        try:
            if is_up_to_date(engine):
                return cls(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            raise NoRecords(f"the database cannot be read ({type(error).__name__})") from error
        engine.dispose()
        raise NoRecords("the database was not made by this version; start the service once")

    def close(self) -> None:
        self.engine.dispose()
