"""The rules of DATABASE_URL: which are databases of ours, and what to say of one that cannot be used."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

LIKE_THIS = "must be an address like postgresql://user:password@host:5432/name; an @ in the password is written %40"


def refuse_unusable(url: str) -> None:
    """Raises ValueError for a URL that can be no database of ours. Says what to write and quotes nothing: where a URL
    is mistyped, a part of the password may stand anywhere.
    """
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(LIKE_THIS) from None
    if is_sqlite(url):
        sqlite_path(url)
    elif "@" in f"{parsed.host}{parsed.database}":  # the password has one, and its end was taken for the host
        raise ValueError(LIKE_THIS)


def is_sqlite(url: str) -> bool:
    return sa.make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The database file of a SQLite URL. Raises ValueError for an in-memory one: nothing would survive a restart."""
    database = sa.make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("an in-memory SQLite database keeps nothing; name a file, sqlite:///path/to.db")
    return Path(database)


def cannot_open(url: str, error: Exception) -> str:
    """What to look at. Names the database, without the driver's words: they may quote the password."""
    parsed, kind = sa.make_url(url), type(error).__name__
    if is_sqlite(url):
        return f"{sqlite_path(url)} cannot be opened ({kind}): it is no SQLite database, or may not be written to"
    at = f" at {parsed.host}:{parsed.port or 5432}" if parsed.host else ""
    return (
        f"the database{at} cannot be opened ({kind}): PostgreSQL does not answer there, "
        "or does not take this user, password or name of a database"
    )
