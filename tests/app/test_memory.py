"""What is free goes back to the system."""

from __future__ import annotations

from pathlib import Path

from app.memory import EVERY_SECONDS, Spare

PAGES = 4096


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGES


def test_memory_that_is_free_is_given_back_once_a_minute() -> None:
    now = [0.0]
    spare = Spare(lambda: now[0])
    pieces = [bytes(2000) for _ in range(30_000)]
    kept = pieces[::100]  # what is freed lies between, so that the C library keeps it
    del pieces
    before = resident()
    spare.give_back()
    assert resident() > before - 10_000_000, "not yet"
    now[0] = EVERY_SECONDS
    spare.give_back()
    assert resident() < before - 20_000_000
    assert len(kept) == 300
