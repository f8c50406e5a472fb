"""All records on one connection pool."""

from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.records.announcements import Announcements
from app.records.attempts import Attempts
from app.records.audit import Audit
from app.records.calls import MadeCalls
from app.records.caps import CappedActions
from app.records.circuits import Circuits
from app.records.config_versions import ConfigVersions
from app.records.corrections import Corrections
from app.records.database import make_engine, make_reader
from app.records.database_errors import NewerDatabase
from app.records.database_url import cannot_open, is_sqlite, sqlite_path
from app.records.decision_list import DecisionList
from app.records.decisions import Decisions
from app.records.failures import Failures
from app.records.feeds import Feeds
from app.records.first_answers import FirstAnswers
from app.records.group_commit import GroupCommit
from app.records.issue_notes import IssueNotes
from app.records.links import Links
from app.records.mentions import Mentions
from app.records.outbox import OutboxEntries
from app.records.pauses import Pauses
from app.records.progress import Progress
from app.records.projects import KnownProjects
from app.records.rate_limits import RateLimits
from app.records.routes_fired import RoutesFired
from app.records.searched_texts import SearchedTexts
from app.records.sessions import Sessions
from app.records.setup_objects import SetupObjects
from app.records.short_links import ShortLinks
from app.records.suspended_work import SuspendedWork
from app.records.tracked_issues import TrackedIssues


class NoRecords(Exception):
    """There is no database of a service that this version could read."""

    reason = "no_records"


class Records:
    def __init__(self, engine: sa.Engine, non_durable: sa.Engine, reader: sa.Engine) -> None:
        """On one database. `non_durable`: for what need not survive a power cut; `reader`: for what only reads."""
        self.engine = engine
        self.non_durable = non_durable
        self.reader = reader
        self.rate_limits = RateLimits(non_durable, reader)
        self.circuits = Circuits(non_durable, reader)
        self.outbox = OutboxEntries(engine, reader)
        self.commits = GroupCommit(engine)
        self.decisions = Decisions(engine, reader, self.commits)
        self.decision_list = DecisionList(engine, reader)
        self.links = Links(engine, reader, self.commits)
        self.failures = Failures(engine, reader)
        self.capped_actions = CappedActions(engine, reader)
        self.corrections = Corrections(engine, reader)
        self.calls = MadeCalls(engine, reader)
        self.routes_fired = RoutesFired(engine, reader)
        self.audit = Audit(engine, reader)
        self.first_answers = FirstAnswers(engine, reader)
        self.config_versions = ConfigVersions(engine, reader)
        self.tracked_issues = TrackedIssues(engine, reader)
        self.searched_texts = SearchedTexts(engine, reader)
        self.issue_notes = IssueNotes(engine, reader)
        self.progress = Progress(engine, reader)
        self.projects = KnownProjects(engine, reader)
        self.mentions = Mentions(engine, reader)
        self.feeds = Feeds(engine, reader)
        self.short_links = ShortLinks(engine, reader)
        self.setup_objects = SetupObjects(engine, reader)
        self.sessions = Sessions(non_durable, reader)
        self.announcements = Announcements(engine, reader)
        self.attempts = Attempts(engine, reader)
        self.pauses = Pauses(engine, reader)
        self.suspended_work = SuspendedWork(engine, reader)

    @classmethod
    def open(cls, url: str, *, has_newest_tables: bool = False) -> Self:
        """Connect, and bring the tables up to date, if they are not. Raises NewerDatabase."""
        if not has_newest_tables:
            cls.migrate(url)
        return cls(make_engine(url), make_engine(url, pool=1, durable=False), make_reader(url))

    @staticmethod
    def migrate(url: str) -> None:
        """Bring the tables up to date. Leaves no connection open. Raises NewerDatabase."""
        from app.records import migration  # noqa: PLC0415  # alembic takes 7 MB: where it is needed alone

        engine = make_engine(url)
        try:
            migration.migrate(engine)
        finally:
            engine.dispose()

    @classmethod
    def beside_a_service(cls, url: str) -> Self:
        """For a command: on the tables as they are. Raises NoRecords when there are none, or older or newer ones."""
        from app.records.migration import is_up_to_date  # noqa: PLC0415  # the same

        if is_sqlite(url) and not sqlite_path(url).exists():
            raise NoRecords(f"there is no database at {sqlite_path(url)}")
        engine = make_engine(url, pool=1)
        try:
            if is_up_to_date(engine):
                return cls(engine, engine, engine)
        except NewerDatabase as error:
            engine.dispose()
            raise NoRecords(str(error)) from error
        except SQLAlchemyError as error:
            engine.dispose()
            raise NoRecords(cannot_open(url, error)) from error
        engine.dispose()
        raise NoRecords("the database was not made by this version; start the service once")

    def forget_texts(self, ticket_id: int) -> None:
        """What people wrote in it; what was decided stays."""
        self.decisions.forget_texts(ticket_id)
        self.corrections.forget_text(ticket_id)
        self.searched_texts.forget_ticket(ticket_id)
        self.links.forget_claim_text(ticket_id)
        self.announcements.forget_text(f"question:{ticket_id}")

    def close(self) -> None:
        self.engine.dispose()
        self.non_durable.dispose()
        self.reader.dispose()
