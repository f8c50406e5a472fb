"""Workers that share a database in earnest: many threads, connections of their own, SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.records.circuits import Change, Circuits
from app.records.database import make_engine
from app.records.migration import migrate
from app.records.rate_limits import RateLimits
from app.work.limits.circuit_breaker import RETURNS_PER_SECOND, close, open_, probe, put_off
from integrations.rates import Rate
from tests.support.postgres import PostgresServer

NOW = 1_800_000_000.0
WORKERS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def engines(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[sa.Engine]]:
    url = f"sqlite:///{tmp_path / 'limits.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.migrated_database()
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


def test_no_allowance_is_given_twice_also_when_all_make_the_limit_at_once(engines: list[sa.Engine]) -> None:
    rows = [RateLimits(engine) for engine in engines]
    names = {"zendesk:ticket:7": None, "zendesk:updates": 100}

    def worker(mine: RateLimits) -> int:
        taken = (mine.take(names, now=NOW, kept=0.2, seconds=60) for _ in range(40))
        return sum(one.count for one in taken)

    taken = all_at_once([partial(worker, mine) for mine in rows])
    assert sum(int(str(one)) for one in taken) == 80
    (limit,) = rows[0].all()
    assert limit.put_off == 40 * WORKERS - 80, "each refusal is counted once"


def test_what_one_learns_counts_for_all(engines: list[sa.Engine]) -> None:
    first, second = RateLimits(engines[0]), RateLimits(engines[1])
    first.learn("zendesk:requests", Rate(400, 399, 60), now=NOW, seconds=60)
    first.learn("zendesk:requests", Rate(400, 120, 50), now=NOW + 10, seconds=60)
    (found,) = second.all()
    assert (found.total, found.remaining) == (400, 120)
    taken = [second.take({"zendesk:requests": None}, now=NOW + 11, kept=0.2, seconds=60) for _ in range(60)]
    assert sum(one.count for one in taken) == 40


def test_calls_are_taken_from_all_limits_or_none_and_what_was_not_spent_is_given_back(engines: list[sa.Engine]) -> None:
    first, second = RateLimits(engines[0]), RateLimits(engines[1])
    names = {"zendesk:updates": 100, "zendesk:requests": 100}
    take = partial(first.take, names, now=NOW, kept=0.2, seconds=60)

    def left() -> list[int]:
        return [one.remaining for one in sorted(first.all(), key=lambda one: one.name, reverse=True)]

    windows = {one.name: one.ends for one in take().limits}
    assert (take(most=4, unspent=1, windows=windows).count, left()) == (4, [96, 96])
    second.learn("zendesk:requests", Rate(100, 21, 60), now=NOW, seconds=60)
    assert take(windows=windows).count == 1
    assert left() == [95, 20]
    refused = take(windows=windows).refused
    assert refused
    assert refused.name == "zendesk:requests"
    assert left() == [95, 20], "nothing was taken from the other one either"


def test_one_of_all_opens_a_circuit_and_one_probes(engines: list[sa.Engine]) -> None:
    circuits = [Circuits(engine) for engine in engines]

    def once(change: Change, now: float) -> int:
        done = all_at_once([partial(mine.change, "gitlab", change, now) for mine in circuits])
        return sum(one is not None for one in done)

    assert once(open_, NOW) == 1
    assert once(probe, NOW + 1) == 0
    assert once(probe, NOW + 3) == 1
    assert once(close, NOW + 4) == 1
    assert once(open_, NOW + 9) == 1


def test_no_time_to_return_is_given_twice(engines: list[sa.Engine]) -> None:
    circuits = [Circuits(engine) for engine in engines]
    circuits[0].change("gitlab", open_, NOW)
    all_at_once([partial(mine.change, "gitlab", put_off, NOW) for mine in circuits])
    (circuit,) = circuits[0].all().values()
    assert circuit.next_return == pytest.approx(circuit.at + WORKERS / RETURNS_PER_SECOND)
