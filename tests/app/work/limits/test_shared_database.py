"""Workers that share a database in earnest: many threads, connections of their own, SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.records.budgets import Budgets
from app.records.circuits import Circuits
from app.records.database import make_engine, migrate
from integrations.rates import Rate
from tests.support.postgres import PostgresServer

NOW = 1_800_000_000.0
WORKERS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def engines(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[sa.Engine]]:
    url = f"sqlite:///{tmp_path / 'limits.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    made = [make_engine(url, pool=1, durable=False) for _ in range(WORKERS)]
    migrate(made[0])
    yield made
    for engine in made:
        engine.dispose()


def all_at_once(works: list[Callable[[], object]]) -> list[object]:
    together = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        together.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_no_allowance_is_given_twice(engines: list[sa.Engine]) -> None:
    budgets = [Budgets(engine) for engine in engines]
    budgets[0].create("zendesk:updates", 100, now=NOW, seconds=60)

    def worker(mine: Budgets) -> int:
        took = (mine.take("zendesk:updates", 1, now=NOW + 1, floor=0.2, total=100, turn=False) for _ in range(40))
        return sum(one is not None for one in took)

    taken = all_at_once([lambda mine=mine: worker(mine) for mine in budgets])  # type: ignore[misc]  # a bound default
    assert sum(int(str(one)) for one in taken) == 80


def test_no_turn_is_given_twice_and_none_is_left_out(engines: list[sa.Engine]) -> None:
    budgets = [Budgets(engine) for engine in engines]
    budgets[0].create("zendesk:updates", 100, now=NOW, seconds=60)

    def worker(mine: Budgets) -> list[float]:
        return [mine.wait("zendesk:updates", now=NOW, floor=0.2) or -1.0 for _ in range(20)]

    given = all_at_once([lambda mine=mine: worker(mine) for mine in budgets])  # type: ignore[misc]  # a bound default
    turns = sorted(turn for one in given if isinstance(one, list) for turn in one)
    assert turns == pytest.approx([60 + 0.75 * number for number in range(20 * WORKERS)], abs=1e-3)


def test_what_one_learns_counts_for_all(engines: list[sa.Engine]) -> None:
    first, second = Budgets(engines[0]), Budgets(engines[1])
    first.learn("zendesk:requests", Rate(400, 399, 60), now=NOW, seconds=60)
    first.learn("zendesk:requests", Rate(400, 120, 50), now=NOW + 10, seconds=60)
    found = second.of("zendesk:requests")
    assert found is not None
    assert (found.total, found.remaining) == (400, 120)
    assert second.take("zendesk:requests", 50, now=NOW + 11, floor=0.2, total=None, turn=False) is None
    assert second.take("zendesk:requests", 40, now=NOW + 11, floor=0.2, total=None, turn=False)


def test_one_of_all_opens_a_circuit_and_one_probes(engines: list[sa.Engine]) -> None:
    circuits = [Circuits(engine) for engine in engines]

    def once(change: Callable[[Circuits], bool]) -> int:
        done = all_at_once([lambda mine=mine: change(mine) for mine in circuits])  # type: ignore[misc]  # a bound default
        return sum(bool(one) for one in done)

    assert once(lambda mine: mine.open("gitlab", now=NOW, until=NOW + 2)) == 1
    assert once(lambda mine: mine.probe("gitlab", now=NOW + 1, until=NOW + 45)) == 0
    assert once(lambda mine: mine.probe("gitlab", now=NOW + 3, until=NOW + 45)) == 1
    assert once(lambda mine: mine.close("gitlab", now=NOW + 4)) == 1
    assert once(lambda mine: mine.open("gitlab", now=NOW + 9, until=NOW + 12)) == 1
