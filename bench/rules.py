"""The cost of matching: a thousand routes beside ten, and the shipped rules."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median

from rich.console import Console
from rich.table import Table

from app.rules.conditions.context import Facts
from app.rules.examples import load_examples
from app.rules.loading import Rules, load
from app.rules.matching.matching import match
from app.ticket import Ticket
from tests.support.paths import ROOT

PHRASES = 10
ROUNDS = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(console: Console) -> None:
    tickets = _tickets()
    macros = (ROOT / "macros.yaml").read_text()
    cases = {f"{count} routes, {PHRASES} phrases each": _many(count, macros) for count in (10, 100, 1000)}
    cases["the shipped rules"] = load((ROOT / "routing.yaml").read_text(), macros)
    table = Table("rules", "decide, ms a ticket", "ratio", "with the whole trace, ms", title="Matching")
    first: float | None = None
    for name, rules in cases.items():
        decide = _milliseconds(tickets, rules, lambda found: found.first())
        trace = _milliseconds(tickets, rules, lambda found: (found.first(), found.trace()))
        first = first or decide
        table.add_row(name, f"{decide:.3f}", f"{decide / first:.2f}", f"{trace:.3f}")
    console.print(table)


def _tickets() -> list[Ticket]:
    """The tickets of the shipped examples: real texts of all lengths."""
    return [example.ticket for example in load_examples((ROOT / "routing.tests.yaml").read_text())]


def _milliseconds(tickets: Sequence[Ticket], rules: Rules, ask: Callable[..., object]) -> float:
    """Of one ticket; the median of some rounds over all of them."""
    seconds: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for ticket in tickets:
            ask(match(rules.matcher, ticket, Facts(language="en"), NOW))
        seconds.append(time.perf_counter() - start)
    return median(seconds) / len(tickets) * 1000


def _many(count: int, macros: str) -> Rules:
    """The shipped file with its routes replaced by `count` made up ones, whose words seldom occur in tickets."""
    head, _, _ = (ROOT / "routing.yaml").read_text().partition("\nroutes:\n")
    words = random.Random(1)
    lines = [head, "", "routes:"]
    for number in range(count):
        phrases = ", ".join(f"{_word(words)} {_word(words)}" for _ in range(PHRASES))
        lines += [f"  - name: made-up-{number}", f"    when: {{phrases: [{phrases}]}}", "    archetype: mention"]
    return load("\n".join(lines), macros)


def _word(words: random.Random) -> str:
    return "".join(words.choice("abcdefghijklmnoprstuvw") for _ in range(words.randint(4, 9)))
