"""When a token ends."""

from datetime import UTC, date, datetime
from typing import Final

SOON_DAYS: Final = 30


def days_until(end: object) -> int | None:
    """Of an ISO date or moment; None: it never ends."""
    return (date.fromisoformat(end[:10]) - datetime.now(UTC).date()).days if isinstance(end, str) and end else None
