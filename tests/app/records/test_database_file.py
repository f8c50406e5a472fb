"""A SQLite file that goes away under a running service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.records.database import DatabaseFile
from app.records.database_errors import DatabaseGone
from app.work.engine.engine import Engine
from app.work.messages import CannotStore, TriageTicket
from tests.support.fakes import NOW
from tests.support.work import triage


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)


AWAY: list[Callable[[Path], None]] = [Path.unlink, moved, replaced]


@pytest.mark.parametrize("away", AWAY)
def test_a_file_that_is_deleted_or_replaced_is_noticed(tmp_path: Path, away: Callable[[Path], None]) -> None:
    path = tmp_path / "pointsman.db"
    path.write_bytes(b"x")
    file = DatabaseFile(path)
    file.watch()
    file.check()
    away(path)
    with pytest.raises(DatabaseGone, match=r"pointsman\.db was deleted or replaced"):
        file.check()


def test_a_file_that_may_not_be_written_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pointsman.db"
    path.touch()
    file = DatabaseFile(path)
    file.watch()
    monkeypatch.setattr("app.records.database.os.access", lambda *_: False)
    with pytest.raises(DatabaseGone, match="cannot be written"):
        file.check()


def test_no_delivery_is_taken_into_a_deleted_file(tmp_path: Path) -> None:
    path = tmp_path / "pointsman.db"
    engine = Engine(f"sqlite:///{path}", recovery_seconds=600)
    engine.register(TriageTicket, lambda _message: None, lambda _message, _error: None)
    engine.start()
    try:
        assert engine.accept([triage("zd:1", 1, "ticket.created", NOW)]) == [True]
        engine.store.try_to_write()
        path.unlink()
        with pytest.raises(CannotStore, match="DatabaseGone"):
            engine.accept([triage("zd:2", 2, "ticket.created", NOW)])
        with pytest.raises(CannotStore):
            engine.store.try_to_write()
    finally:
        engine.stop(grace_seconds=0)
