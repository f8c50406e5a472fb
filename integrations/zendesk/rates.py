"""Zendesk's limits: https://developer.zendesk.com/api-reference/introduction/rate-limits/, and recorded answers."""

import re
from collections.abc import Iterator, Mapping

from integrations.rates import REQUESTS, Limited, Rate, number

UPDATES = "updates"
"""Updates of tickets, for the whole account."""
TICKET = "ticket:"
"""With the ticket's id: its updates by one user, 30 in ten minutes."""

_UPDATE = re.compile(r"/api/v2/tickets/(\d+)(?:/mark_as_spam)?(?:\.json)?")
_PART = re.compile(r"(\w+)=(\d+)")
# The spelling changed between 2023 and 2024; accounts send one or the other.
_ACCOUNT = ("ratelimit-{}", "rate-limit-{}", "x-rate-limit-{}")
_WINDOW_SECONDS = 60.0


def counts_against(method: str, path: str) -> tuple[str, ...]:
    ticket = _UPDATE.fullmatch(path) if method == "PUT" else None
    return (REQUESTS, UPDATES, f"{TICKET}{ticket[1]}") if ticket else (REQUESTS,)


def rates(path: str, headers: Mapping[str, str], _now: float) -> Mapping[str, Rate]:
    return dict(_rates(path, headers))


def _rates(path: str, headers: Mapping[str, str]) -> Iterator[tuple[str, Rate]]:
    for spelling in _ACCOUNT:
        total = number(headers.get(spelling.format("limit")) or headers.get(spelling.removesuffix("-{}")))
        remaining = number(headers.get(spelling.format("remaining")))
        if total is not None and remaining is not None:
            resets = number(headers.get(spelling.format("reset")))
            yield REQUESTS, Rate(total, remaining, _WINDOW_SECONDS if resets is None else float(resets))
            break
    for name, text in headers.items():
        if not name.lower().startswith("zendesk-rate"):
            continue
        said = {key: int(value) for key, value in _PART.findall(text) if len(value) <= 12}
        if {"total", "remaining", "resets"} <= said.keys():
            rate = Rate(said["total"], said["remaining"], float(said["resets"]))
            if name.lower().endswith("-tickets-update"):
                yield UPDATES, rate
            elif name.lower().endswith("-per-ticket-updates"):
                yield _ticket(path), rate


def _ticket(path: str) -> str:
    ticket = re.search(r"/tickets/(\d+)", path)
    return f"{TICKET}{ticket[1]}" if ticket else TICKET


LIMITED = Limited(counts_against, rates)
