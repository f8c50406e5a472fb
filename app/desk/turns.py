"""While many webhooks arrive, pages are made one at a time, with a rest after each: the intake comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from app.desk.access import PAGES

REST = 9
"""As many times as long as it took: a tenth of one core is for pages."""
MOST_REST_SECONDS = 1.0
# Something hangs, or very many read: a page that comes late is better than none.
MOST_WAIT_SECONDS = 5.0


@dataclass
class PageTurns:
    """ASGI middleware, for one event loop. A person who reads waits a second, if at all."""

    app: ASGIApp
    is_busy: Callable[[], bool]
    """Whether many webhooks arrive."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _free_at: float = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(f"{PAGES}/")
        if not is_page or not self.is_busy() or not await self._has_turn():
            await self.app(scope, receive, send)
            return
        now = asyncio.get_running_loop().time
        began = now()
        try:
            await asyncio.sleep(self._free_at - began)
            began = now()
            await self.app(scope, receive, send)
        finally:
            self._free_at = now() + min(REST * (now() - began), MOST_REST_SECONDS)
            self._turn.release()

    async def _has_turn(self) -> bool:
        """False: it waited for too long."""
        try:
            async with asyncio.timeout(MOST_WAIT_SECONDS):
                return await self._turn.acquire()
        except TimeoutError:
            return False
