"""How an answer goes out on a connection: head and body together, and the head alone where no body follows at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.web.connection import _OneWrite


class Wire:
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return self.closing


def written(*steps: str) -> list[bytes | str]:
    async def run() -> list[bytes | str]:
        wire: Any = Wire()
        transport = _OneWrite(wire, asyncio.get_running_loop())
        for step in steps:
            if step == "turn":
                await asyncio.sleep(0)
            elif step == "lost":
                wire.closing = True
            elif step == "close":
                transport.close()
            else:
                transport.write(step.encode())
        await asyncio.sleep(0)
        return list(wire.done)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("steps", "done"),
    [
        (("head", "body"), [b"headbody"]),
        (("head",), [b"head"]),
        (("head", "turn", "body"), [b"head", b"body"]),
        (("head", "part", "part", "part"), [b"headpart", b"partpart"]),
        (("head", "body", "turn", "head", "body"), [b"headbody", b"headbody"]),
        (("head", "close"), [b"head", "close"]),
        (("head", "body", "close"), [b"headbody", "close"]),
        (("close",), ["close"]),
        (("head", "lost"), []),
    ],
)
def test_what_is_written_at_once_is_sent_together_and_nothing_is_kept(
    steps: tuple[str, ...], done: list[bytes | str]
) -> None:
    assert written(*steps) == done
