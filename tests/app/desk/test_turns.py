"""While webhooks arrive in masses, pages take turns and rest; nobody waits for one that hangs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.desk import turns
from app.desk.turns import MOST_REST_SECONDS, REST, PageTurns

PAGE = {"type": "http", "method": "GET", "path": "/desk/decisions"}


@dataclass
class Pages:
    """An application: how many requests it had at once, and what lets them end."""

    end: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0

    async def __call__(self, *_: object) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.end.wait()
        self.now -= 1


async def ask(pages: Pages, count: int, *, busy: bool, **scope: str) -> int:
    """So many requests; how many were in work at once."""
    app = PageTurns(pages, lambda: busy)
    asked = [asyncio.create_task(app({**PAGE, **scope}, None, None)) for _ in range(count)]  # type: ignore[arg-type]
    for _ in range(20):
        await asyncio.sleep(0)
    pages.end.set()
    await asyncio.gather(*asked)
    return pages.most


@pytest.mark.parametrize(
    ("busy", "scope", "at_once"),
    [
        (True, {}, 1),
        (False, {}, 3),
        (True, {"method": "POST"}, 3),
        (True, {"path": "/api/decisions"}, 3),
        (True, {"path": "/login"}, 3),
    ],
)
def test_pages_take_turns_while_webhooks_arrive(scope: dict[str, str], at_once: int, *, busy: bool) -> None:
    assert asyncio.run(ask(Pages(), 3, busy=busy, **scope)) == at_once


def test_nobody_waits_for_ever_for_a_page_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAIT_SECONDS", 0)
    assert asyncio.run(ask(Pages(), 3, busy=True)) == 3


def test_the_next_page_waits_nine_times_as_long_as_one_took(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    sleep = asyncio.sleep

    async def slept(seconds: float) -> None:
        rests.append(seconds)

    async def works(*_: object) -> None:
        await sleep(0.01)

    async def both() -> None:
        app: Any = PageTurns(works, lambda: True)
        await app(PAGE, None, None)
        await app(PAGE, None, None)

    monkeypatch.setattr(asyncio, "sleep", slept)
    asyncio.run(both())
    first, second = rests
    assert first < 0
    assert 0.01 * (REST - 1) < second <= MOST_REST_SECONDS
