"""A busy worker's threads keep to one processor while nobody else wants it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest

from app.cli import one_processor
from app.cli.one_processor import MOST_CROWDED, REST, OneProcessor, Placement
from app.model.encoder import THREAD_NAME

FREE = {0: 0.4, 1: 0.5}
"""Of two processors, used by the worker alone."""
OWN = 0.9


def soonest(least: int, _: int) -> int:
    return least


def gathered() -> Placement:
    placement = Placement(soonest)
    assert placement.after(FREE, OWN) == 0, "the calmest one"
    return placement


@pytest.mark.parametrize(
    ("used", "own"),
    [
        ({0: 0.2, 1: 0.1}, 0.3),
        ({0: 1.0, 1: 1.0}, 0.7),
        ({1: 0.9}, 0.6),
    ],
    ids=["it has little to do", "others want both", "there is one, and others want it"],
)
def test_threads_are_left_alone(used: dict[int, float], own: float) -> None:
    placement = Placement(soonest)
    assert [placement.after(used, own) for _ in range(10)] == [None] * 10


def test_who_does_a_little_on_the_other_processor_does_not_matter() -> None:
    placement = gathered()
    assert {placement.after({0: 0.95, 1: 0.9}, OWN) for _ in range(50)} == {0}


def test_a_worker_that_falls_idle_stays() -> None:
    placement = gathered()
    assert {placement.after({0: 0.1, 1: 1.0}, 0.1) for _ in range(50)} == {0}


def test_where_others_want_the_same_processor_for_long_the_threads_spread_and_rest() -> None:
    placement, crowded = gathered(), ({0: 1.0, 1: 0.3}, 0.6)
    looks = [placement.after(*crowded) for _ in range(MOST_CROWDED)]
    assert looks == [0] * (MOST_CROWDED - 1) + [None]
    assert [placement.after(FREE, OWN) for _ in range(REST[0] + 1)] == [None] * REST[0] + [0]


def test_a_moment_in_which_others_want_it_costs_nothing() -> None:
    placement = gathered()
    for _ in range(10):
        assert placement.after({0: 1.0, 1: 0.3}, 0.6) == 0
        assert placement.after(FREE, OWN) == 0


def test_two_workers_that_meet_on_one_processor_part() -> None:
    """Each has half of it: both spread, and the one that rests longer finds the other one there."""
    one, other = Placement(soonest), Placement(lambda _, most: most)
    for worker in (one, other):
        worker.after(FREE, OWN)
        for _ in range(MOST_CROWDED):
            worker.after({0: 1.0, 1: 0.1}, 0.5)
        assert worker.on is None
    assert [one.after(FREE, OWN) for _ in range(REST[0] + 1)][-1] == 0
    for _ in range(REST[1]):
        assert one.after({0: 1.0, 1: 0.95}, 0.95) == 0
        assert other.after({0: 1.0, 1: 0.95}, 0.9) in {None, 1}
    assert other.after({0: 1.0, 1: 0.95}, 0.9) == 1


def test_a_processor_that_is_taken_away_is_given_up() -> None:
    placement = gathered()
    assert placement.after({1: 0.2}, 0.1) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody says where threads run")
class TestOnLinux:
    @pytest.fixture
    def worker(self) -> Iterator[OneProcessor]:
        worker = OneProcessor()
        yield worker
        worker._place(None)
        assert os.sched_getaffinity(0) == worker._allowed

    def test_all_threads_but_the_encoders_are_placed(self, worker: OneProcessor) -> None:
        if len(worker._allowed) < 2:
            pytest.skip("one processor: nothing to choose")
        at_work, end = threading.Barrier(3), threading.Event()

        def run() -> None:
            at_work.wait(60)
            end.wait(60)

        names = ["worker_0", f"{THREAD_NAME}_0"]
        threads = [threading.Thread(target=run, name=name) for name in names]
        for thread in threads:
            thread.start()
        at_work.wait(60)
        chosen = max(worker._allowed)
        worker._place(chosen)
        found = [os.sched_getaffinity(thread.native_id or 0) for thread in threads]
        end.set()
        for thread in threads:
            thread.join()
        assert found == [{chosen}, worker._allowed]

    def test_linux_says_how_much_each_processor_has_worked(self, worker: OneProcessor) -> None:
        ticks = one_processor._ticks(worker._allowed)
        assert ticks.keys() == worker._allowed
        assert all(count > 0 for count in ticks.values())

    def test_where_it_does_not_say_nothing_is_begun(
        self, worker: OneProcessor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = set(threading.enumerate())  # also what other tests began, and what never ends
        monkeypatch.setattr(one_processor, "_ticks", lambda _: {})
        worker.start()
        assert "one-processor" not in {thread.name for thread in threading.enumerate() if thread not in begun}
