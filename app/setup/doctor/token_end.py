"""When a token ends."""

from datetime import UTC, date, datetime
from typing import Final

SOON_DAYS: Final = 30


def days_until(end: object) -> int | None:
    """Of an ISO date or moment; None: it never ends, or says so in a way of its own."""
    try:
        return (date.fromisoformat(str(end)[:10]) - datetime.now(UTC).date()).days
    except ValueError:
        return None
