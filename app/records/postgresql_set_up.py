"""How connections to PostgreSQL are set up, and when they are asked whether they still work."""

import time

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

# A connection that was used within so many seconds is taken to work still; asking costs a round trip.
TRUSTED_SECONDS = 1.0


def connect_args(*, durable: bool) -> dict[str, object]:
    """Of the driver; `durable`: see `make_engine`."""
    options = "-c idle_in_transaction_session_timeout=60000"
    return {
        "connect_timeout": 3,
        "application_name": "pointsman",
        "options": options if durable else f"{options} -c synchronous_commit=off",
    }


def ask_idle_ones(engine: sa.Engine) -> None:
    """Before a connection is used that was idle for long: the database may have been restarted."""

    def returned(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = time.monotonic()

    def taken(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - entry.info.get("idle_since", time.monotonic()) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)
