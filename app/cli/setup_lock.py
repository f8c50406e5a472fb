"""One `pointsman setup` at a time, wherever it runs."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.cli.errors import NotDone
from app.records.setup_objects import SetupObjects

LOCKED = timedelta(minutes=2)


@dataclass(frozen=True)
class Lock:
    """One run at a time. It dies with its process, or two minutes after its last step."""

    records: SetupObjects
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    def take(self) -> bool:
        now = datetime.now(UTC)
        until = (now + LOCKED).isoformat()
        return self.records.lock(self.owner, now=now.isoformat(), until=until, is_gone=_is_gone)


@contextmanager
def locked(records: SetupObjects) -> Iterator[Lock]:
    lock = Lock(records)
    if not lock.take():
        raise NotDone("Another `pointsman setup` is at work. If it was stopped elsewhere, try again in two minutes.")
    try:
        yield lock
    finally:
        records.unlock(lock.owner)


def _is_gone(owner: str) -> bool:
    """Did a process of this machine end without a word?"""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
