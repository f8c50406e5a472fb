"""The yardstick: the same web stack, doing nothing but one insert, flushed to the disk, per request."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from typing import Protocol

import psycopg
import uvicorn
from fastapi import FastAPI, Request, Response

SQLITE = "sqlite:///"


class Table(Protocol):
    def insert(self, body: bytes) -> None: ...


class SqliteTable:
    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute("pragma journal_mode=WAL")
        self._connection.execute("pragma synchronous=FULL")
        self._connection.execute("create table deliveries(id integer primary key, body blob)")

    def insert(self, body: bytes) -> None:
        with self._lock:
            self._connection.execute("insert into deliveries(body) values (?)", (body,))
            self._connection.commit()


class PostgresTable:
    """A connection for each thread: PostgreSQL flushes the transactions of several together."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = threading.local()
        with psycopg.connect(url) as connection:
            connection.execute("create table deliveries(id bigserial primary key, body bytea)")

    def insert(self, body: bytes) -> None:
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url)
        self._own.connection.execute("insert into deliveries(body) values (%s)", (body,))
        self._own.connection.commit()


def web(table: Table) -> FastAPI:
    app = FastAPI()

    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    async def insert(request: Request) -> Response:
        await asyncio.to_thread(table.insert, await request.body())
        return Response(status_code=202)

    app.add_api_route("/healthz", healthz)
    app.add_api_route("/insert", insert, methods=["POST"], status_code=202, response_class=Response)
    return app


if __name__ == "__main__":
    url, port = sys.argv[1], int(sys.argv[2])
    stored: Table = SqliteTable(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else PostgresTable(url)
    uvicorn.run(web(stored), host="127.0.0.1", port=port, log_level="critical", access_log=False)
