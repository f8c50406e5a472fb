"""A PostgreSQL server of the tests' own: own folder, own port, gone at the end. It refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import psycopg

from tests.support.forked import Forked
from tests.support.memory import memory_folder
from tests.support.processes import free_port

MISSING = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
PLACES = "/usr/lib/postgresql"
USER = "pointsman"
STARTS_WITHIN = 30.0
# All tests that run at once share one, and a process of ours takes up to sixteen connections.
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300")
# The tests kill clients, never this server or the machine: what a flush protects from does not happen.
UNFLUSHED = ("fsync=off", "full_page_writes=off")
# Each test has a database of its own, for seconds: it would start a process for each of them every minute.
SHORT_LIVED = (*UNFLUSHED, "autovacuum=off")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None: not installed."""
    found = shutil.which("initdb")
    places = sorted(Path(PLACES).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    # Debian puts only links of some programs into the path.
    initdb = places[-1] if places else Path(found) if found else None
    return initdb.parent if initdb and (initdb.parent / "postgres").exists() else None


MIGRATE = """
import sys
from app.records.records import Records
from app.work.engine.engine import Engine
Records.open(sys.argv[1]).close()
engine = Engine(sys.argv[1], worker=False)
engine.start()
engine.stop()
"""
MIGRATED = "migrated"


@dataclass(frozen=True)
class PostgresServer:
    """One that runs, wherever it was started."""

    port: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty one."""
        return self._created("template1")

    def migrated_database(self) -> str:
        """The URL of one with all tables and no rows. Copied: migrating takes ten times as long."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(1)")
            if not connection.execute("select from pg_database where datname = %s", [MIGRATED]).rowcount:
                migrating = self._created("template1")
                assert Forked("-c", MIGRATE, migrating).wait(60) == 0
                connection.execute(f"alter database {migrating.rpartition('/')[2]} rename to {MIGRATED}")
        return self._created(MIGRATED)

    def _created(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"create database {name} template {template} strategy file_copy")
        return self.url(name)


@dataclass(frozen=True)
class OwnPostgres(PostgresServer):
    """One that is ours to stop."""

    folder: Path
    command: Sequence[str]
    processes: list[subprocess.Popen[bytes]]

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder, **_somebody())
        self.processes.append(process)
        _wait_until_up(self, process, self.folder / "log")

    def stop(self) -> None:
        while self.processes:
            process = self.processes.pop()
            process.send_signal(signal.SIGINT)  # "fast": does not wait for clients
            process.wait(timeout=30)

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def running_postgres(bin_folder: Path, *, settings: Sequence[str] = UNFLUSHED) -> Iterator[OwnPostgres]:
    folder = Path(mkdtemp(prefix="pointsman-postgres-", dir=memory_folder() if "fsync=off" in settings else None))
    somebody = _somebody()
    if somebody:
        os.chown(folder, somebody["user"], somebody["group"])
    try:
        data, port = folder / "data", free_port()
        subprocess.run(
            [bin_folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **somebody,
        )
        command = [str(bin_folder / "postgres"), "-D", str(data), "-p", str(port)]
        for setting in (*SETTINGS, *settings):
            command += ["-c", setting]
        server = OwnPostgres(port, folder, command, [])
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> dict[str, Any]:
    """Whom it runs as, if we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _wait_until_up(postgres: PostgresServer, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(postgres.url(), connect_timeout=1).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-1000:]}") from None
            time.sleep(0.05)
        else:
            return
