"""What two processes counted, as one answer to a scrape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest

from app.web.api.merged_metrics import merged

Counts = Callable[[CollectorRegistry], None]


def counter(**counts: float) -> Counts:
    def count(registry: CollectorRegistry) -> None:
        known = Counter("calls_total", "Calls.", ["service"], registry=registry)
        for service, times in counts.items():
            known.labels(service).inc(times)

    return count


def gauge(name: str, value: float) -> Counts:
    return lambda registry: Gauge(name, "A state.", registry=registry).set(value)


def histogram(*seconds: float) -> Counts:
    def observe(registry: CollectorRegistry) -> None:
        known = Histogram("wait_seconds", "Seconds.", buckets=(1, 10), registry=registry)
        for one in seconds:
            known.observe(one)

    return observe


@pytest.mark.parametrize(
    ("own", "other", "lines"),
    [
        (counter(a=1, b=2), counter(a=3, c=4), {'calls_total{service="a"} 4.0', 'calls_total{service="c"} 4.0'}),
        (gauge("waiting", 7), gauge("waiting", 0), {"waiting 7.0"}),
        (gauge("indexed", 0), gauge("indexed", 5), {"indexed 5.0"}),
        (gauge("ours", 1), gauge("theirs", 2), {"ours 1.0", "theirs 2.0"}),
        (histogram(0.5), histogram(0.5, 5), {'wait_seconds_bucket{le="1.0"} 2.0', "wait_seconds_count 3.0"}),
    ],
)
def test_counts_are_added_up_and_of_a_state_the_larger_one_is_said(own: Counts, other: Counts, lines: set[str]) -> None:
    registries = CollectorRegistry(), CollectorRegistry()
    for registry, count in zip(registries, (own, other), strict=True):
        count(registry)

    class Both(CollectorRegistry):
        def collect(self) -> list[Metric]:
            return list(merged(*(one.collect() for one in registries)))

    said = generate_latest(Both()).decode().splitlines()
    assert lines <= set(said)
    created = [one for one in said if one.startswith("calls_created")]
    assert all(float(one.split()[-1]) < 1e10 for one in created)  # moments are not added up
