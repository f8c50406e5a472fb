"""The soak in short; `make soak` is the long form."""

from __future__ import annotations

from pathlib import Path

from tests.soak.soak import Plan, Report, Sample, soak
from tests.support.forked import Forked

# Threads and caches are still filling at first. A leak of 140 kB a ticket would show.
SHORT = Plan(tickets=120, warm_up=0.4, bound=10.0, under_way=60, pause=0.4)


def test_memory_stays_where_it_is_after_a_few_tickets(tmp_path: Path, database_url: str) -> None:
    report = soak(SHORT, tmp_path, database_url, start=Forked)
    assert not report.problems, report


def test_growth_is_a_problem() -> None:
    plan = Plan(tickets=240, warm_up=0.4, bound=10.0)
    samples = [Sample(number * 12, float(number), 100.0 + 2 * number) for number in range(1, 21)]
    report = Report(plan, tuple(samples), decided=240)
    assert report.grown == 20.0
    assert len(report.problems) == 1
    leaks_before_only = [Sample(one.tickets, one.seconds, min(one.memory, 120.0)) for one in samples]
    assert Report(plan, tuple(leaks_before_only), decided=240).problems == ()
    assert Report(plan, tuple(leaks_before_only), decided=239).problems == ("1 tickets were not decided",)
