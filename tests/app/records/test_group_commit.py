"""Rows of several threads in one transaction, as each of them sees it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

import pytest
import sqlalchemy as sa

from app.records.database import DatabaseError
from app.records.group_commit import MOST_AT_ONCE, GroupCommit
from app.records.records import Records
from app.records.tables import projects
from tests.app.work.conftest import wait_until

T = TypeVar("T")
Write = Callable[[sa.Connection], T]
THREADS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def remembers(number: int) -> Write[int]:
    def write(connection: sa.Connection) -> int:
        connection.execute(sa.insert(projects).values(path=f"a/{number}", project_id=number))
        return number

    return write


def fails(connection: sa.Connection) -> int:
    remembers(99)(connection)
    raise ZeroDivisionError


def remembered(records: Records) -> set[int]:
    with records.engine.connect() as connection:
        return set(connection.execute(sa.select(projects.c.project_id)).scalars())


def commits_on(engine: sa.Engine) -> list[object]:
    found: list[object] = []
    sa.event.listen(engine, "commit", found.append)
    return found


@contextmanager
def together(commits: GroupCommit, writes: list[Write[int]]) -> Iterator[list[Future[int]]]:
    """They come while another one is written."""
    begun, may_end = Event(), Event()

    def first(connection: sa.Connection) -> int:
        begun.set()
        assert may_end.wait(10)
        return remembers(0)(connection)

    with ThreadPoolExecutor(len(writes) + 1) as pool:
        leader = pool.submit(commits.run, first)
        assert begun.wait(10)
        answers = [pool.submit(commits.run, write) for write in writes]
        if commits._shares:
            wait_until(lambda: len(commits._waiting) == len(writes))
        may_end.set()
        assert leader.result(10) == 0
        yield answers


def test_each_gets_its_own_answer_and_all_is_written(records: Records) -> None:
    with together(records.commits, list(map(remembers, range(1, THREADS)))) as answers:
        assert [one.result(10) for one in answers] == list(range(1, THREADS))
    assert remembered(records) == set(range(THREADS))


@pytest.mark.parametrize("database", ["sqlite"])
def test_who_comes_meanwhile_shares_a_commit(records: Records) -> None:
    made = commits_on(records.engine)
    with together(records.commits, list(map(remembers, range(1, MOST_AT_ONCE + 2)))) as answers:
        for one in answers:
            one.result(10)
    assert len(made) == 3  # the first one, as many as fit, and the one that was too many


def test_one_that_fails_is_told_so_and_leaves_nothing_while_the_others_are_written(records: Records) -> None:
    with together(records.commits, [remembers(1), fails, remembers(2)]) as answers:
        assert (answers[0].result(10), answers[2].result(10)) == (1, 2)
        with pytest.raises(ZeroDivisionError):
            answers[1].result(10)
    assert remembered(records) == {0, 1, 2}
    assert records.commits.run(remembers(3)) == 3


def test_where_the_database_takes_nothing_each_is_told_so(records: Records) -> None:
    def refuse(_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", None, Exception("the disk is full"))

    sa.event.listen(records.engine, "commit", refuse)
    with ThreadPoolExecutor(THREADS) as pool:
        answers = [pool.submit(records.commits.run, remembers(number)) for number in range(THREADS)]
    sa.event.remove(records.engine, "commit", refuse)
    assert all(isinstance(one.exception(10), DatabaseError) for one in answers)
    assert not remembered(records)
    assert records.commits.run(remembers(3)) == 3
