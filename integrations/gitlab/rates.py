"""GitLab's limits: https://docs.gitlab.com/security/rate_limits/. Those of issues and notes are in no header."""

import re
from collections.abc import Mapping

from integrations.rates import REQUESTS, Limited, Rate, number

ISSUES = "issues:"
"""With the project: issues created in it by one user, a minute."""
NOTES = "notes"
"""Notes created by one user, a minute."""

_ISSUES = re.compile(r".*/projects/([^/]+)/issues/?")
_NOTES = re.compile(r".*/projects/[^/]+/issues/\d+/notes/?")


def counts_against(method: str, path: str) -> tuple[str, ...]:
    if method == "POST":
        if project := _ISSUES.fullmatch(path):
            return REQUESTS, f"{ISSUES}{project[1]}"[:96]
        if _NOTES.fullmatch(path):
            return REQUESTS, NOTES
    return (REQUESTS,)


def rates(_path: str, headers: Mapping[str, str], now: float) -> Mapping[str, Rate]:
    """None of them on a stock self-managed GitLab. `RateLimit-Reset` is a point in time."""
    total, remaining, reset = (number(headers.get(f"RateLimit-{name}")) for name in ("Limit", "Remaining", "Reset"))
    if total is None or remaining is None or reset is None:
        return {}
    return {REQUESTS: Rate(total, remaining, min(max(0.0, reset - now), 3600.0))}


LIMITED = Limited(counts_against, rates)
