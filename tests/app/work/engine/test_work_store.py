"""Intake: what waits is stored together, and every sender hears what became of its own delivery."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from itertools import chain

import pytest

from app.work.engine.work_store import MANY_IN_A_SECOND, MOST_WAITING, Intake
from app.work.messages import CannotStore, Work
from tests.support.work import example_work

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class SlowStore:
    """Holds the first batch until it is let go, so that the rest piles up."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = threading.Event()
        self.fails = False

    def accept_at_once(self, batch: Sequence[Work]) -> list[bool] | None:
        return None

    def open_for_loop(self) -> None:
        pass

    def accept(self, batch: Sequence[Work]) -> list[bool]:
        self.batches.append([work.message.key for work in batch])
        self.go.wait(10)
        if self.fails:
            raise CannotStore("down")
        return [work.message.key != "known" for work in batch]


class QuickStore(SlowStore):
    """Stores at once what comes while it has nothing else to do."""

    def __init__(self) -> None:
        super().__init__()
        self.is_free = True
        self.at_once: list[list[str]] = []

    def accept_at_once(self, batch: Sequence[Work]) -> list[bool] | None:
        if not self.is_free:
            return None
        if self.fails:
            raise RecursionError
        self.at_once.append([work.message.key for work in batch])
        return [work.message.key != "known" for work in batch]


def work(key: str) -> Work:
    return example_work("wf", key, "ticket:1", {})


async def handed_in() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_deliveries_that_come_together_share_a_transaction() -> None:
    store = SlowStore()
    intake = Intake(store)
    intake.start()
    waiting = [asyncio.create_task(intake.accept(work(key))) for key in ("a", "b", "known", "c")]
    await asyncio.sleep(0)
    store.go.set()
    assert await asyncio.gather(*waiting) == [True, True, False, True]
    intake.stop()
    assert sum(len(batch) for batch in store.batches) == 4
    assert len(store.batches) <= 2


async def test_a_free_store_is_asked_by_the_loop_itself() -> None:
    store = QuickStore()
    intake = Intake(store)  # whose thread never begins
    assert await asyncio.gather(*(intake.accept(work(key)) for key in ("a", "known", "b"))) == [True, False, True]
    assert store.at_once == [["a", "known", "b"]]


async def test_nobody_overtakes_what_the_thread_was_given() -> None:
    store = QuickStore()
    intake = Intake(store)
    intake.start()
    store.is_free = False
    first = asyncio.create_task(intake.accept(work("a")))
    await handed_in()
    store.is_free = True
    second = asyncio.create_task(intake.accept(work("b")))
    await handed_in()
    assert not store.at_once
    store.go.set()
    assert await first
    assert await second
    assert await intake.accept(work("c"))
    assert ([*chain(*store.batches)], store.at_once) == (["a", "b"], [["c"]])
    intake.stop()


async def test_what_nobody_foresaw_is_told_to_the_sender() -> None:
    store = QuickStore()
    store.fails = True
    intake = Intake(store)
    with pytest.raises(RecursionError):
        await intake.accept(work("a"))
    store.fails = False
    assert await intake.accept(work("a"))


async def test_all_senders_of_a_batch_that_failed_are_told_and_the_next_batch_works() -> None:
    store = SlowStore()
    store.fails = True
    store.go.set()
    intake = Intake(store)
    intake.start()
    with pytest.raises(CannotStore):
        await intake.accept(work("a"))
    store.fails = False
    assert await intake.accept(work("a"))
    intake.stop()


async def test_beyond_its_limit_it_asks_senders_to_come_back() -> None:
    store = SlowStore()
    intake = Intake(store)
    waiting = [asyncio.create_task(intake.accept(work(str(n)))) for n in range(MOST_WAITING)]
    await handed_in()
    with pytest.raises(CannotStore):
        await intake.accept(work("one too many"))
    store.go.set()
    intake.start()
    assert all(await asyncio.gather(*waiting))
    intake.stop()


async def test_it_says_when_many_come_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    store, now = SlowStore(), 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    intake = Intake(store)
    waiting = []
    for number in range(MANY_IN_A_SECOND):
        assert not intake.is_busy()
        waiting.append(asyncio.create_task(intake.accept(work(str(number)))))
        await asyncio.sleep(0)
        now += 0.01
    assert intake.is_busy()
    now += 1
    assert not intake.is_busy()
    for one in waiting:
        one.cancel()


async def test_stopping_stores_what_was_handed_in() -> None:
    store = SlowStore()
    store.go.set()
    intake = Intake(store)
    delivery = asyncio.create_task(intake.accept(work("a")))
    await handed_in()
    intake.start()
    await asyncio.to_thread(intake.stop)
    assert await delivery
    with pytest.raises(CannotStore):
        await intake.accept(work("b"))
