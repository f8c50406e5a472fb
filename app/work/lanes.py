"""One lane, one worker: also where the engine's own bookkeeping lets two of them through.

On PostgreSQL dbos picks the heads of the lanes and claims them in two statements, and two processes that do so at the
same moment can start two pieces of work of one lane. SQLite has one writer at a time, which rules that out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.records.database import is_sqlite, make_engine

log = structlog.get_logger(__name__)


class Lanes(Protocol):
    def held(self, lane: str) -> AbstractContextManager[None]:
        """Wait until nobody else is in the lane, and keep others out of it."""

    def close(self) -> None: ...


def lanes_for(url: str, concurrency: int) -> Lanes:
    return FreeLanes() if is_sqlite(url) else PostgresLanes(make_engine(url, pool=concurrency))


class FreeLanes:
    def held(self, lane: str) -> AbstractContextManager[None]:
        del lane
        return nullcontext()

    def close(self) -> None:
        """Nothing is open."""


class PostgresLanes:
    """Advisory locks; the server frees them when the process is gone."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def held(self, lane: str) -> Iterator[None]:
        digest = hashlib.blake2b(f"pointsman:lane:{lane}".encode(), digest_size=8).digest()
        key = {"key": int.from_bytes(digest, "big", signed=True)}
        with self._engine.connect() as connection:
            connection.execute(sa.text("select pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                try:
                    connection.execute(sa.text("select pg_advisory_unlock(:key)"), key)
                except SQLAlchemyError as error:
                    # The connection is gone, and the lock with it; the work is done and must not fail for that.
                    log.warning("lane_lock_lost", cause=type(error).__name__)
                    connection.invalidate()

    def close(self) -> None:
        self._engine.dispose()
