"""How long to wait is read from whatever the service says, and nonsense is no number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from integrations.waits import retry_after

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "42"}, 42),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),
        ({"Retry-After": "Tue, 14 Nov 2023 22:00:00 GMT"}, 0),
        ({"RateLimit-Reset": "1700000060"}, 60),
        ({"ratelimit-reset": "18"}, 18),
        ({"Retry-After": "soon", "RateLimit-Reset": "18"}, 18),
        ({"Retry-After": "5", "RateLimit-Reset": "18"}, 5),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "nan"}, None),
        ({}, None),
    ],
)
def test_reads_seconds_dates_and_reset_times(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(CaseInsensitiveDict(headers), clock=lambda: NOW) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_never_fails_and_never_asks_for_a_negative_wait(asked: str, reset: str) -> None:
    wait = retry_after(CaseInsensitiveDict({"Retry-After": asked, "RateLimit-Reset": reset}), clock=lambda: NOW)

    assert wait is None or 0 <= wait < float("inf")
