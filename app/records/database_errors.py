"""Why a database takes nothing, beyond what SQLAlchemy says."""

from sqlalchemy.exc import OperationalError, SQLAlchemyError


class LockIsTaken(OperationalError):
    """Somebody else wrote for as long as we wait."""


class DatabaseGone(SQLAlchemyError):
    """SQLite goes on writing into a file that nobody can open any more: what it takes is lost."""

    reason = "database_gone"


class NewerDatabase(Exception):
    """A newer version has migrated it: this one cannot know what its tables mean. Nothing was changed."""

    reason = "newer_database"

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision

    def __str__(self) -> str:
        return (
            f"the database was migrated by a newer version (revision {self.revision}); "
            "run that version or a later one, or restore the backup made before the migration"
        )
