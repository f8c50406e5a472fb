"""How long a service asks us to wait, read from the headers of its answer."""

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

# GitLab's RateLimit-Reset is a point in time, Zendesk's a number of seconds. No wait is 30 years long.
EARLIEST_EPOCH = 1_000_000_000.0

Clock = Callable[[], float]


def retry_after(headers: Mapping[str, str], clock: Clock = time.time) -> float | None:
    """Seconds from `Retry-After` (seconds or HTTP date), else from `RateLimit-Reset`; None: it does not say.

    `headers` must look names up without regard to case, as the mappings of requests and httpx do.
    """
    asked = headers.get("Retry-After", "").strip()
    seconds = _number(asked)
    if seconds is None and asked:
        seconds = _until_date(asked, clock)
    if seconds is None:
        seconds = _number(headers.get("RateLimit-Reset", ""))
        if seconds is not None and seconds >= EARLIEST_EPOCH:
            seconds -= clock()
    return None if seconds is None else max(0.0, seconds)


def _number(text: str) -> float | None:
    text = text.strip()
    # isdecimal also takes other scripts' digits, hence isascii; the length keeps nonsense from becoming infinity.
    if text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) <= 15:
        return float(text)
    return None


def _until_date(text: str, clock: Clock) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() - clock()
    except (ValueError, OverflowError):
        return None
