"""The yardstick: the same web stack, doing nothing but one SQLite insert with `synchronous=FULL` per request."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading

import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI()
_lock = threading.Lock()
_connection: sqlite3.Connection


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "alive"}


@app.post("/insert", status_code=202, response_class=Response)
async def insert(request: Request) -> Response:
    body = await request.body()
    await asyncio.to_thread(_insert, body)
    return Response(status_code=202)


def _insert(body: bytes) -> None:
    with _lock:
        _connection.execute("insert into deliveries(body) values (?)", (body,))
        _connection.commit()


if __name__ == "__main__":
    path, port = sys.argv[1], int(sys.argv[2])
    _connection = sqlite3.connect(path, check_same_thread=False)
    _connection.execute("pragma journal_mode=WAL")
    _connection.execute("pragma synchronous=FULL")
    _connection.execute("create table deliveries(id integer primary key, body blob)")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)
