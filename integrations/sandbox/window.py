"""A fixed window of time in which requests are counted: both services limit their rates this way."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MINUTE = timedelta(minutes=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Window:
    """By the sandbox's clock: `open` before anything else is asked."""

    length: timedelta = MINUTE
    starts: datetime = LONG_AGO
    used: int = 0

    def open(self, now: datetime) -> None:
        """Start a new window if the old one is over."""
        if now - self.starts >= self.length:
            self.starts, self.used = now, 0

    @property
    def ends(self) -> datetime:
        return self.starts + self.length

    def seconds_left(self, now: datetime) -> int:
        return max(1, math.ceil((self.ends - now).total_seconds()))
