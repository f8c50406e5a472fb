"""The sandbox's time: real, moved ahead, or held still, so that tests of windows and waits never sleep."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time. Moving it moves everything the sandbox stamps, signs and counts in windows."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._held: datetime | None = None

    def now(self) -> datetime:
        return (self._held or datetime.now(UTC)) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def hold(self, at: datetime | None = None) -> None:
        """Stand still at `at` (aware; default: now). `advance` still moves it."""
        self._held = at or datetime.now(UTC)

    def release(self) -> None:
        """Back to real time, and drop what `advance` added."""
        self._held = None
        self._ahead = timedelta(0)


def second_stamp(moment: datetime) -> str:
    """`2026-01-02T03:04:05Z`: Zendesk's resolution, which makes two changes within a second look the same."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def milli_stamp(moment: datetime) -> str:
    """`2026-01-02T03:04:05.678Z`, as GitLab's API writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
