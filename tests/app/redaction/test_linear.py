"""A megabyte of anything is done in a second or so; nobody can write a ticket that keeps a worker busy."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.redaction import redact
from tests.support.hostile import FRAGMENTS

NAMES = ("Mark Smith", "@mark_s", "Will de la Page")
# Of the processor, for this thread; six times of what was measured, because tests share their cores.
SECONDS_FOR_A_MEGABYTE = 6.0
# The slowest of all fragments, when a megabyte of each was measured.
SLOWEST = ("Mark\n", "1.1.1.1 ")


def seconds(fragment: str, size: int) -> float:
    text = (fragment * (size // len(fragment) + 1))[:size]
    gc.disable()  # in a process with 9,000 tests one collection of garbage takes up to a second
    try:
        started = time.thread_time()
        redact(text, names=NAMES)
        return time.thread_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("fragment", SLOWEST)
def test_a_quarter_of_a_megabyte_of_the_slowest_fragments(fragment: str) -> None:
    assert seconds(fragment, 250_000) < SECONDS_FOR_A_MEGABYTE / 4


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_thirty_kilobytes_of_every_fragment(fragment: str) -> None:
    """Half a comment of the longest kind. What grows with the square of the length takes seconds here."""
    assert seconds(fragment, 32_000) < SECONDS_FOR_A_MEGABYTE / 10


@settings(max_examples=10)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=4).map("".join))
def test_thirty_kilobytes_of_their_mixtures(fragment: str) -> None:
    assert seconds(fragment, 32_000) < SECONDS_FOR_A_MEGABYTE / 10
