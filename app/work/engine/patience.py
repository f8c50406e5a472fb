"""Work goes on when its database comes back."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

# How long it is waited for, before people are told.
PATIENCE_SECONDS = 300.0
AWAY = (OperationalError, InterfaceError, PoolTimeout)

T = TypeVar("T")


def while_database_is_away(function: Callable[..., T], *args: object) -> T:
    """Run it again, as after a crash: a database that restarts, or has no connection left, is no bug.

    The engine waits for its own tables in the same way.
    """
    try:
        return function(*args)
    except AWAY:  # only now: what waits costs more to make than most steps
        return _patiently()(function, *args)


def _patiently() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(AWAY),
        wait=wait_exponential_jitter(multiplier=0.2, max=10.0, jitter=0.2),
        stop=stop_after_delay(PATIENCE_SECONDS),
        reraise=True,
    )
